// Compiled with -ffinite-math-only: otherwise products of std::complex check for NaN and Inf.
#include "spectrum/fft.hpp"

#include <pffft.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <kissfft.hh>
#include <numbers>
#include <utility>

#include "vector/lanes.hpp"

namespace lodestone {
namespace {

/// What remains of `size` after dividing out 2, 3, 5 … `largest`.
int without_primes_to(int largest, int size) {
  for (int factor = 2; factor <= largest; ++factor) {
    while (size % factor == 0) size /= factor;
  }
  return size;
}

/// Neither library checks its own allocations, so this allocates and frees the same amount of memory first.
Status check_memory(int size) {
  auto probe = Buffer<double>::create(std::uint64_t{6} * size);
  return probe ? Status{} : Status{probe.error()};
}

}  // namespace

bool is_fft_size(int size) {
  return size >= kMinFftSize && size <= kMaxFftSize && size % 2 == 0 && without_primes_to(13, size) == 1;
}

int nearest_fft_size(int size) {
  if (size <= kMinFftSize) return kMinFftSize;
  if (size >= kMaxFftSize) return kMaxFftSize;
  for (int distance = 0;; ++distance) {
    if (is_fft_size(size + distance)) return size + distance;
    if (is_fft_size(size - distance)) return size - distance;
  }
}

int fft_simd_size() { return pffft_simd_size(); }

template <>
struct Fft<float>::Plan {
  struct Destroy {
    void operator()(PFFFT_Setup* setup) const { pffft_destroy_setup(setup); }
  };

  int half;
  std::unique_ptr<PFFFT_Setup, Destroy> setup;
  Buffer<float> work;
};

template <>
bool Fft<float>::supports(int size) {
  return is_fft_size(size) && size % 32 == 0 && without_primes_to(5, size) == 1;
}

template <>
Result<Fft<float>> Fft<float>::create(int size) {
  if (auto error = check_memory(size)) return *error;
  auto samples = Buffer<float>::create(size);
  auto bins = Buffer<std::complex<float>>::create(size / 2 + 1);
  auto work = Buffer<float>::create(size);
  if (!samples) return samples.error();
  if (!bins) return bins.error();
  if (!work) return work.error();
  Fft fft;
  fft.samples_ = std::move(*samples);
  fft.bins_ = std::move(*bins);
  fft.plan_.reset(new Plan{size / 2, {}, std::move(*work)});
  fft.plan_->setup.reset(pffft_new_setup(size, PFFFT_REAL));
  return fft;
}

// PFFFT packs the real bins DC and Nyquist into the first complex number.

template <>
void Fft<float>::forward() {
  auto* packed = reinterpret_cast<float*>(bins());
  pffft_transform_ordered(plan_->setup.get(), samples(), packed, plan_->work.data(), PFFFT_FORWARD);
  bins_[plan_->half] = bins_[0].imag();
  bins_[0] = bins_[0].real();
}

/// The Hartley transform of a real signal from its Fourier transform: H(k) = Re − Im and H(size − k) = Re + Im
/// (Bracewell 1983). It is its own inverse up to a factor, so only PFFFT's forward half is needed.
void to_hartley(const std::complex<float>* bins, int half, float* to) {
  to[0] = bins[0].real();
  to[half] = bins[half].real();
  for (int k = 1; k < 4; ++k) {
    to[k] = bins[k].real() - bins[k].imag();
    to[2 * half - k] = bins[k].real() + bins[k].imag();
  }
  using V = Floats<4>;
  for (int k = 4; k < half; k += 4) {
    const V low = load<V>(bins + k), high = load<V>(bins + k + 2);
    const V re = __builtin_shufflevector(low, high, 0, 2, 4, 6), im = __builtin_shufflevector(low, high, 1, 3, 5, 7);
    const V sum = re + im;
    store(to + k, re - im);
    store(to + 2 * half - k - 3, __builtin_shufflevector(sum, sum, 3, 2, 1, 0));
  }
}

template <>
void Fft<float>::inverse() {
  to_hartley(bins(), plan_->half, samples());
  forward();
  to_hartley(bins(), plan_->half, samples());
}

/// A complex transform of half the size on pairs of samples (Press et al., Numerical Recipes, section 12.3).
template <>
struct Fft<double>::Plan {
  explicit Plan(int size) : half(static_cast<std::size_t>(size / 2)), forward(half, false), inverse(half, true) {}

  std::size_t half;
  kissfft<double> forward, inverse;
  Buffer<std::complex<double>> rotations;  ///< −i·e^(−2πik/size); its conjugate serves the inverse
};

template <>
bool Fft<double>::supports(int size) {
  return is_fft_size(size);
}

template <>
void Fft<double>::forward() {
  const auto half = plan_->half;
  plan_->forward.transform(reinterpret_cast<const std::complex<double>*>(samples()), bins());
  const auto first = bins_[0];
  bins_[0] = first.real() + first.imag();
  bins_[half] = first.real() - first.imag();
  for (std::size_t k = 1; 2 * k <= half; ++k) {
    const auto left = bins_[k], right = std::conj(bins_[half - k]);
    const auto even = 0.5 * (left + right), odd = 0.5 * (left - right) * plan_->rotations[k];
    bins_[k] = even + odd;
    bins_[half - k] = std::conj(even - odd);
  }
}

template <>
void Fft<double>::inverse() {
  const auto half = plan_->half;
  const double dc = bins_[0].real(), nyquist = bins_[half].real();
  bins_[0] = {dc + nyquist, dc - nyquist};
  for (std::size_t k = 1; 2 * k <= half; ++k) {
    const auto left = bins_[k], right = std::conj(bins_[half - k]);
    const auto even = left + right, odd = (left - right) * std::conj(plan_->rotations[k]);
    bins_[k] = even + odd;
    bins_[half - k] = std::conj(even - odd);
  }
  plan_->inverse.transform(bins(), reinterpret_cast<std::complex<double>*>(samples()));
}

template <>
Result<Fft<double>> Fft<double>::create(int size) {
  if (auto error = check_memory(size)) return *error;
  auto samples = Buffer<double>::create(size);
  auto bins = Buffer<std::complex<double>>::create(size / 2 + 1);
  auto rotations = Buffer<std::complex<double>>::create(size / 4 + 1);
  if (!samples) return samples.error();
  if (!bins) return bins.error();
  if (!rotations) return rotations.error();
  for (std::size_t k = 0; k < rotations->size(); ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / size;
    (*rotations)[k] = {-std::sin(angle), -std::cos(angle)};
  }
  Fft fft;
  fft.samples_ = std::move(*samples);
  fft.bins_ = std::move(*bins);
  fft.plan_ = std::make_unique<Plan>(size);
  fft.plan_->rotations = std::move(*rotations);
  // KissFFT allocates scratch memory for the radices 7, 11 and 13 in its first transform.
  fft.forward();
  fft.inverse();
  return fft;
}

template <class Real>
Fft<Real>::Fft() = default;
template <class Real>
Fft<Real>::Fft(Fft&&) noexcept = default;
template <class Real>
Fft<Real>& Fft<Real>::operator=(Fft&&) noexcept = default;
template <class Real>
Fft<Real>::~Fft() = default;

template class Fft<float>;
template class Fft<double>;

}  // namespace lodestone
