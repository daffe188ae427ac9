#pragma once

#include <cmath>
#include <span>

namespace lodestone {

/// Removes subnormal numbers, see vector/lanes.hpp.
inline float scrubbed(float value) { return std::fabs(value) < 1e-20f ? 0.0f : value; }

inline void scrub(std::span<float> values) {
  for (float& value : values) value = scrubbed(value);
}

}  // namespace lodestone
