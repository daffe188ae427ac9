#include "features/mel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "spectrum/clean.hpp"

namespace lodestone {
namespace {

/// Slaney's scale is linear up to 1000 Hz (15 mel) and logarithmic above: 27 mel per factor of 6.4.
constexpr double hz_per_mel = 200.0 / 3;
constexpr double bend_hz = 1000, bend_mel = 15;
constexpr double mel_per_log = 14.54507850578556;  // 27 / ln 6.4

double to_mel(double hz) { return hz < bend_hz ? hz / hz_per_mel : bend_mel + std::log(hz / bend_hz) * mel_per_log; }

double to_hz(double mel) {
  return mel < bend_mel ? mel * hz_per_mel : bend_hz * std::exp((mel - bend_mel) / mel_per_log);
}

}  // namespace

void MelBands::lay_out(Arena& arena, std::size_t bands, std::size_t bins) {
  bands_ = arena.take<Band>(bands);
  weights_ = arena.take<float>(2 * bins);
}

void MelBands::prepare(double sample_rate) {
  const std::size_t bins = weights_.size() / 2;
  const double nyquist = sample_rate / 2, top = to_mel(nyquist);
  const auto edge = [&](std::size_t i) {
    return to_hz(top * static_cast<double>(i) / static_cast<double>(bands_.size() + 1));
  };
  float* weight = weights_.data();
  for (std::size_t i = 0; i < bands_.size(); ++i) {
    const double low = edge(i), middle = edge(i + 1), high = edge(i + 2);
    Band band{};
    for (std::size_t k = 0; k < bins; ++k) {
      const double hz = nyquist * static_cast<double>(k) / static_cast<double>(bins - 1);
      const double height = std::min((hz - low) / (middle - low), (high - hz) / (high - middle));
      if (height <= 0) continue;
      if (band.count++ == 0) band.first = k;
      *weight++ = static_cast<float>(height * 2 / (high - low));
    }
    bands_[i] = band;
  }
}

void MelBands::apply(std::span<const double> power, float* bands) const {
  const float* weight = weights_.data();
  for (const Band& band : bands_) {
    double sum = 0;
    for (std::size_t i = 0; i < band.count; ++i) sum += power[band.first + i] * static_cast<double>(*weight++);
    sum = std::min<double>(sum, std::numeric_limits<float>::max());
    *bands++ = small_to_zero(static_cast<float>(sum));
  }
}

void Cepstrum::lay_out(Arena& arena, std::size_t coefficients, std::size_t bands) {
  bands_ = bands;
  cosines_ = arena.take<float>(coefficients * bands);
}

void Cepstrum::prepare() {
  const auto bands = static_cast<double>(bands_);
  for (std::size_t i = 0; i < cosines_.size(); ++i) {
    const std::size_t row = i / bands_, column = i % bands_;
    const double angle = std::numbers::pi * static_cast<double>(row) * (static_cast<double>(column) + 0.5) / bands;
    cosines_[i] = static_cast<float>(std::sqrt((row == 0 ? 1 : 2) / bands) * std::cos(angle));
  }
}

void Cepstrum::apply(std::span<const float> decibels, float* coefficients) const {
  for (std::size_t at = 0; at < cosines_.size();) {
    double sum = 0;
    for (const float value : decibels) sum += static_cast<double>(cosines_[at++]) * static_cast<double>(value);
    *coefficients++ = small_to_zero(static_cast<float>(sum));
  }
}

}  // namespace lodestone
