#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lodestone/random.hpp"

/// Full-scale white noise, −1 .. 1.
inline std::vector<float> noise(std::size_t count, std::uint32_t seed = 1) {
  lodestone::Random random(seed);
  std::vector<float> samples(count);
  for (float& sample : samples) sample = 2 * random.uniform() - 1;
  return samples;
}
