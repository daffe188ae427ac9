#include "phase/rotation.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

#include "phase/blocks.hpp"

namespace lodestone {
namespace {

/// e^(2πi·j/period), exact on the axes.
std::complex<double> unit(std::uint32_t j, std::uint32_t period) {
  if (j == 0) return {1, 0};
  if (std::uint64_t{j} * 4 == period) return {0, 1};
  if (std::uint64_t{j} * 2 == period) return {-1, 0};
  if (std::uint64_t{j} * 4 == std::uint64_t{period} * 3) return {0, -1};
  const double angle = 2 * std::numbers::pi * j / period;
  return {std::cos(angle), std::sin(angle)};
}

}  // namespace

void Rotation::prepare(const StftConfig& stft, int twice_centre, FirstError& error) {
  const int circle = 2 * stft.size;
  const int common = std::gcd(std::gcd(circle, 2 * stft.hop), twice_centre);
  period_ = static_cast<std::uint32_t>(circle / common);
  stride_ = static_cast<std::uint32_t>(2 * stft.hop / common) % period_;
  start_ = static_cast<std::uint32_t>((circle - twice_centre) / common) % period_;
  reflection_ = twice_centre % 2 == 0 ? 1.0f : -1.0f;
  take_block(units_, std::uint64_t{2} * period_, error);
  if (error) return;
  for (std::uint32_t j = 0; j < period_; ++j) {
    const auto value = unit(j, period_);
    units_[2 * j] = value.real();
    units_[2 * j + 1] = value.imag();
  }
}

std::uint32_t Rotation::position(std::int64_t frame) const {
  const auto period = static_cast<std::int64_t>(period_);
  const auto turn = (frame % period + period) % period;
  return static_cast<std::uint32_t>((turn * stride_ + start_) % period);
}

std::complex<double> Rotation::factor(std::uint32_t position, std::uint32_t steps) const {
  const auto j = static_cast<std::size_t>(std::uint64_t{position} * steps % period_);
  return {units_[2 * j], units_[2 * j + 1]};
}

void Rotation::rotate(const std::complex<float>* from, std::uint32_t position, float gain, int bins, float* re,
                      float* im) const {
  std::uint32_t j = 0;
  for (int n = 0; n < bins; ++n) {
    const auto c = static_cast<float>(units_[2 * j]), s = static_cast<float>(units_[2 * j + 1]);
    const float a = from[n].real() * gain, b = from[n].imag() * gain;
    re[n] = a * c + b * s;
    im[n] = b * c - a * s;
    j += position;
    if (j >= period_) j -= period_;
  }
}

void Rotation::restore(const float* re, const float* im, std::uint32_t position, float gain, int bins,
                       std::complex<float>* to) const {
  const float down = 1 / gain;
  std::uint32_t j = 0;
  for (int n = 0; n < bins; ++n) {
    const auto c = static_cast<float>(units_[2 * j]), s = static_cast<float>(units_[2 * j + 1]);
    to[n] = {(re[n] * c - im[n] * s) * down, (im[n] * c + re[n] * s) * down};
    j += position;
    if (j >= period_) j -= period_;
  }
}

}  // namespace lodestone
