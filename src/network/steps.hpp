#pragma once

#include <cmath>
#include <cstdint>

#include "network/half.hpp"

namespace lodestone {

/// Loudness in steps, as compact model files store impulses; up to `largest_half_impulse` they fit in a byte. A step is
/// 0.43 dB where magnitudes are large, and 1/80 where they are small: a sound's peaks are about 100 at the level at
/// which it is learned. Rounding changes a magnitude by half a step at most.
constexpr double loudness_step = 0.05, loudness_factor = 4;

/// For magnitudes up to `largest_half_impulse`.
inline std::uint8_t steps_of(float magnitude) {
  return static_cast<std::uint8_t>(std::log(1 + loudness_factor * double{magnitude}) / loudness_step + 0.5);
}

/// Rounded to float16, so that other files may store it, too.
inline float magnitude_of_steps(std::uint8_t steps) {
  return Half(static_cast<float>((std::exp(loudness_step * steps) - 1) / loudness_factor));
}

}  // namespace lodestone
