#include "features/mel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "errors/first_error.hpp"
#include "spectrum/clean.hpp"

namespace lodestone {
namespace {

/// Slaney's scale is straight up to 1000 Hz, at 15 mel, and logarithmic from there: 27 mel to a factor of 6.4.
constexpr double hz_per_mel = 200.0 / 3;
constexpr double bend_hz = 1000, bend_mel = 15;
constexpr double mel_per_log = 14.54507850578556;  // 27 / ln 6.4

double to_mel(double hz) { return hz < bend_hz ? hz / hz_per_mel : bend_mel + std::log(hz / bend_hz) * mel_per_log; }

double to_hz(double mel) {
  return mel < bend_mel ? mel * hz_per_mel : bend_hz * std::exp((mel - bend_mel) / mel_per_log);
}

}  // namespace

Result<MelBands> MelBands::create(int bands, int fft_size, double sample_rate) {
  MelBands mel;
  const int bins = fft_size / 2 + 1;
  FirstError error;
  error.take(mel.bands_, Buffer<Band>::create(bands));
  // Neighbouring bands overlap: a bin lies in two of them at most.
  error.take(mel.weights_, Buffer<float>::create(2 * bins));
  if (error) return *error;
  const double top = to_mel(sample_rate / 2);
  const auto edge = [&](int i) { return to_hz(top * i / (bands + 1)); };
  float* weight = mel.weights_.data();
  for (int i = 0; i < bands; ++i) {
    const double low = edge(i), middle = edge(i + 1), high = edge(i + 2);
    Band& band = mel.bands_[i];
    for (int k = 0; k < bins; ++k) {
      const double hz = k * sample_rate / fft_size;
      if (hz <= low || hz >= high) continue;
      if (band.count++ == 0) band.first = k;
      *weight++ =
          static_cast<float>(std::min((hz - low) / (middle - low), (high - hz) / (high - middle)) * 2 / (high - low));
    }
  }
  return mel;
}

void MelBands::apply(std::span<const double> power, float* bands) const {
  const float* weight = weights_.data();
  for (const Band& band : bands_) {
    double sum = 0;
    for (int i = 0; i < band.count; ++i) sum += power[band.first + i] * static_cast<double>(*weight++);
    sum = std::min<double>(sum, std::numeric_limits<float>::max());
    *bands++ = small_to_zero(static_cast<float>(sum));
  }
}

Result<Cepstrum> Cepstrum::create(int coefficients, int bands) {
  Cepstrum cepstrum;
  FirstError error;
  error.take(cepstrum.cosines_, Array2<float>::create(coefficients, bands));
  if (error) return *error;
  for (int i = 0; i < coefficients; ++i) {
    const double scale = std::sqrt((i == 0 ? 1.0 : 2.0) / bands);
    for (int j = 0; j < bands; ++j) {
      cepstrum.cosines_(i, j) = static_cast<float>(scale * std::cos(std::numbers::pi * i * (j + 0.5) / bands));
    }
  }
  return cepstrum;
}

void Cepstrum::apply(const float* decibels, float* coefficients) const {
  for (std::size_t i = 0; i < cosines_.rows(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < cosines_.cols(); ++j) {
      sum += static_cast<double>(cosines_(i, j)) * static_cast<double>(decibels[j]);
    }
    coefficients[i] = small_to_zero(static_cast<float>(sum));
  }
}

}  // namespace lodestone
