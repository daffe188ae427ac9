#pragma once

#include <complex>
#include <memory>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Smallest and largest FFT size.
inline constexpr int kMinFftSize = 16;
inline constexpr int kMaxFftSize = 65536;

/// Even, kMinFftSize .. kMaxFftSize, no prime factor above 13.
bool is_fft_size(int size);
/// The allowed size nearest to any number; the larger one in a tie.
int nearest_fft_size(int size);

/// How many values PFFFT computes at a time: 4, or 1 if it was accidentally compiled without SIMD.
int fft_simd_size();

/// Fourier transform of real signals between its own two buffers, on 64-byte boundaries. No allocation after `create`.
///
/// `Fft<float>` is PFFFT: error about 1.5e-7 (l2-relative), for sizes that are multiples of 32 without prime factors
/// above 5. `Fft<double>` is KissFFT: for every allowed size, at five times the cost.
template <class Real>
class Fft {
 public:
  static bool supports(int size);
  /// `size` must be supported.
  static Result<Fft> create(int size);
  Fft(Fft&&) noexcept;
  Fft& operator=(Fft&&) noexcept;
  ~Fft();

  Real* samples() { return samples_.data(); }          ///< `[size]`
  std::complex<Real>* bins() { return bins_.data(); }  ///< `[size/2 + 1]`, DC to Nyquist

  /// bins[k] = Σ_n samples[n]·e^(−2πikn/size); keeps the samples.
  void forward();
  /// samples = size times the signal with these bins; ignores the imaginary parts of DC and Nyquist and overwrites the
  /// bins.
  void inverse();

 private:
  struct Plan;
  Fft();
  std::unique_ptr<Plan> plan_;
  Buffer<Real> samples_;
  Buffer<std::complex<Real>> bins_;
};

}  // namespace lodestone
