#include "features/yin.hpp"

#include <algorithm>
#include <cmath>

#include "spectrum/clean.hpp"

namespace lodestone {
namespace {

constexpr double threshold = 0.1;
/// Smaller differences, relative to the energy, are rounding errors of the single-precision correlation.
constexpr double rounding = 1e-6;
constexpr std::size_t shortest_lag = 2;

float largest_of(std::span<const float> samples) {
  float largest = 0;
  for (const float sample : samples) largest = std::max(largest, std::abs(sample));
  return largest;
}

/// The extremum of the parabola through three values, relative to the middle one and limited to half a step.
double vertex(double before, double here, double after) {
  const double bend = before - 2 * here + after;
  return bend > 0 ? std::clamp((before - after) / (2 * bend), -0.5, 0.5) : 0;
}

}  // namespace

void Yin::lay_out(Arena& arena, std::size_t size) {
  half_ = arena.take<std::complex<float>>(size / 2 + 1);
  differences_ = arena.take<double>(size / 2 + 1);
  normalised_ = arena.take<double>(size / 2 + 1);
}

Period Yin::process(std::span<const float> samples, Fft<float>& fft) {
  const float largest = largest_of(samples);
  if (largest == 0) return {};
  correlate(samples, 1 / largest, fft);
  take_differences(samples, 1 / largest, fft.samples());
  normalise();
  const std::size_t lag = choose();
  const double confidence = std::max(1 - normalised_[lag], 0.0);
  if (confidence == 0) return {};
  const double* d = &differences_[lag];
  return {static_cast<double>(lag) + vertex(d[-1], d[0], d[1]), confidence};
}

/// r(lag) = Σ x[j]·x[j + lag] over j in the first half, times `size`, into the FFT's samples. A circular correlation;
/// lags up to half the size do not wrap around.
void Yin::correlate(std::span<const float> samples, float scale, Fft<float>& fft) {
  const std::size_t half = samples.size() / 2;
  const auto transform = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) fft.samples()[i] = small_to_zero(samples[i] * scale);
    fft.forward();
  };
  std::fill_n(fft.samples() + half, half, 0.0f);
  transform(half);
  std::copy_n(fft.bins(), half + 1, half_.begin());
  transform(samples.size());
  for (std::size_t k = 0; k <= half; ++k) {
    const std::complex<float> a = half_[k], b = fft.bins()[k];
    fft.bins()[k] = {small_to_zero(a.real() * b.real() + a.imag() * b.imag()),
                     small_to_zero(a.real() * b.imag() - a.imag() * b.real())};
  }
  fft.inverse();
}

/// d(lag) = Σ (x[j] − x[j + lag])², from the correlation and the energies of both segments.
void Yin::take_differences(std::span<const float> samples, float scale, const float* correlation) {
  const std::size_t half = samples.size() / 2;
  const auto square = [&](std::size_t i) {
    const double x = static_cast<double>(samples[i]) * static_cast<double>(scale);
    return x * x;
  };
  double first = 0;
  for (std::size_t i = 0; i < half; ++i) first += square(i);
  double energy = first;
  for (std::size_t lag = 0; lag <= half; ++lag) {
    const double r = static_cast<double>(correlation[lag]) / static_cast<double>(samples.size());
    const double difference = first + energy - 2 * r;
    differences_[lag] = difference > rounding * (first + energy) ? difference : 0;
    if (lag < half) energy += square(lag + half) - square(lag);
  }
}

/// d′(lag) = d(lag) divided by the mean of d(1) .. d(lag); 1 if that is 0.
void Yin::normalise() {
  double sum = 0;
  for (std::size_t lag = 1; lag < differences_.size(); ++lag) {
    sum += differences_[lag];
    normalised_[lag] = sum > 0 ? differences_[lag] * static_cast<double>(lag) / sum : 1;
  }
}

/// The bottom of the first dip below the threshold, or the lowest point if there is none.
std::size_t Yin::choose() const {
  const std::size_t end = normalised_.size() - 1;
  for (std::size_t lag = shortest_lag; lag < end; ++lag) {
    if (normalised_[lag] >= threshold) continue;
    while (lag + 1 < end && normalised_[lag + 1] < normalised_[lag]) ++lag;
    return lag;
  }
  return static_cast<std::size_t>(std::min_element(normalised_.begin() + shortest_lag, normalised_.begin() + end) -
                                  normalised_.begin());
}

}  // namespace lodestone
