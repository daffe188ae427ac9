#pragma once

#include <cmath>

#include "lodestone/random.hpp"

namespace lodestone {

/// A normal random number with mean 0 and deviation 1: one of 2^24 values within ±5.3. Uses the quantile function of
/// Wichura 1988, "Algorithm AS 241: The Percentage Points of the Normal Distribution", PPND7, accurate to 1e-6.
inline float normal(Random& random) {
  // The probability minus 1/2; exact.
  const float q = (static_cast<float>(static_cast<int>(random.next() >> 8) - (1 << 23)) + 0.5f) * 0x1p-24f;
  if (std::abs(q) <= 0.425f) {
    const float r = 0.180625f - q * q;
    return q * (((59.10937472f * r + 159.29113202f) * r + 50.434271938f) * r + 3.3871327179f) /
           (((67.1875636f * r + 78.757757664f) * r + 17.895169469f) * r + 1.0f);
  }
  const float r = static_cast<float>(std::sqrt(-std::log(0.5 - std::abs(static_cast<double>(q))))) - 1.6f;
  const float tail = (((0.17023821103f * r + 1.3067284816f) * r + 2.75681539f) * r + 1.4234372777f) /
                     ((0.12021132975f * r + 0.7370016425f) * r + 1.0f);
  return std::copysign(tail, q);
}

}  // namespace lodestone
