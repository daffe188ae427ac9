#include "spectrum/fft.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

#include "lodestone/random.hpp"
#include "lodestone/stft.hpp"
#include "noise.hpp"
#include "sanitized.hpp"

using namespace lodestone;

namespace {

/// The transform by definition, in double precision. Angles are reduced in integers, so that they are exact.
class NaiveTransform {
 public:
  explicit NaiveTransform(const std::vector<float>& samples) : samples_(samples), roots_(samples.size()) {
    for (std::size_t i = 0; i < roots_.size(); ++i) {
      roots_[i] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(roots_.size()));
    }
  }

  std::complex<double> bin(std::uint64_t k) const {
    double re = 0, im = 0;
    for (std::size_t n = 0; n < samples_.size(); ++n) {
      const auto root = roots_[k * n % roots_.size()];
      re += samples_[n] * root.real();
      im += samples_[n] * root.imag();
    }
    return {re, im};
  }

 private:
  const std::vector<float>& samples_;
  std::vector<std::complex<double>> roots_;
};

/// l2 error over l2 norm of every `stride`-th bin, DC first, and Nyquist.
template <class Bins>
double error_of(const Bins& bins, const std::vector<float>& samples, std::size_t stride) {
  const NaiveTransform naive(samples);
  double error = 0, total = 0;
  const auto compare = [&](std::size_t k) {
    const auto expected = naive.bin(k);
    error += std::norm(std::complex<double>(bins[k].real(), bins[k].imag()) - expected);
    total += std::norm(expected);
  };
  const auto nyquist = samples.size() / 2;
  for (std::size_t k = 0; k < nyquist; k += stride) compare(k);
  compare(nyquist);
  return std::sqrt(error / total);
}

template <class Real>
double transform_error(int size, int stride) {
  auto fft = Fft<Real>::create(size).value();
  const auto samples = noise(size);
  std::copy(samples.begin(), samples.end(), fft.samples());
  fft.forward();
  return error_of(fft.bins(), samples, stride);
}

template <class Real>
double round_trip_error(int size) {
  auto fft = Fft<Real>::create(size).value();
  const auto samples = noise(size);
  std::copy(samples.begin(), samples.end(), fft.samples());
  fft.forward();
  fft.inverse();
  double worst = 0;
  for (int i = 0; i < size; ++i) worst = std::max(worst, std::abs(double{fft.samples()[i]} / size - samples[i]));
  return worst;
}

/// Naive transforms cost size² operations, so for large ones only a few hundred bins are compared.
int stride_of(int size) { return size <= 2048 ? 1 : size / 256 | 1; }

}  // namespace

TEST_CASE("PFFFT computes four values at a time", "[fft]") { CHECK(fft_simd_size() == 4); }

TEST_CASE("Allowed sizes are even, 16 to 65536, without prime factors above 13", "[fft]") {
  for (int size : {16, 18, 22, 26, 60, 1200, 2048, 30030, 44100, 65520, 65536}) CHECK(is_fft_size(size));
  for (int size : {-2048, 0, 2, 14, 17, 34, 2047, 2 * 17 * 64, 65534, 65538, 131072}) CHECK_FALSE(is_fft_size(size));
  CHECK(nearest_fft_size(INT32_MIN) == 16);
  CHECK(nearest_fft_size(15) == 16);
  CHECK(nearest_fft_size(34) == 36);  // 32 is equally near
  CHECK(nearest_fft_size(2047) == 2048);
  CHECK(nearest_fft_size(65535) == 65536);
  CHECK(nearest_fft_size(INT32_MAX) == 65536);
}

TEST_CASE("The transform agrees with the definition", "[fft]") {
  // Double precision: its rounding (1e-16, growing with the logarithm of the size). Single: 6e-8 per butterfly.
  for (int size : {16, 22, 26, 60, 182, 240, 1200, 2002, 2048, 30030, 44100, 65536}) {
    CAPTURE(size);
    CHECK(transform_error<double>(size, stride_of(size)) < 1e-14);
  }
  for (int size : {32, 96, 160, 480, 2048, 4096, 60000, 65536}) {
    CAPTURE(size);
    CHECK(transform_error<float>(size, stride_of(size)) < 3e-7);
  }
}

TEST_CASE("Every allowed size survives a forward and an inverse transform", "[fft]") {
  int sizes = 0;
  for (int size = kMinFftSize; size <= kMaxFftSize; size += 2) {
    if (!is_fft_size(size)) continue;
    if (++sizes % (sanitized ? 16 : 1) != 0) continue;
    CAPTURE(size);
    REQUIRE(round_trip_error<double>(size) < 1e-14);
    // The worst of up to 65536 samples, each with an error of 2e-7 root mean square.
    if (Fft<float>::supports(size)) REQUIRE(round_trip_error<float>(size) < 1.5e-6);
  }
  CHECK(sizes > 500);
}

TEST_CASE("One frame with a rectangular window equals the transform to 1e-6", "[fft][stft]") {
  // Framing `none` uses double precision; `lws`, with full overlap, uses PFFFT if it can: a frame starts at (overlap −
  // 1) · hop.
  for (auto framing : {Framing::none, Framing::lws}) {
    for (int size : {16, 26, 60, 240, 1200, 2048, 30030, 44100, 65536}) {
      CAPTURE(size, framing_name(framing));
      Stft stft(StftConfig{.size = size, .hop = size / 2, .window = Window::rectangular, .framing = framing});
      const auto samples = noise(size);
      const auto spectrum = stft.transform(samples).value();
      const auto frame = spectrum.values.row(framing == Framing::lws ? 1 : 0);
      CHECK(error_of(frame, samples, stride_of(size)) < 1e-6);
    }
  }
}
