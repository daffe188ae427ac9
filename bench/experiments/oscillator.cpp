#include "oscillator.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace {

constexpr double sample_rate = 44100;
double phase = 0;  // in periods
std::array<float, 128> block;

}  // namespace

double oscillator_next(double frequency) {
  const double sample = std::sin(2 * std::numbers::pi * phase);
  phase += frequency / sample_rate;
  if (phase >= 1) phase -= 1;
  return sample;
}

const float* oscillator_block(double frequency) {
  for (float& sample : block) sample = static_cast<float>(oscillator_next(frequency));
  return block.data();
}
