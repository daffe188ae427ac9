#pragma once

#include <cstddef>

#include "vector/lanes.hpp"

/// Sums in one order on every machine: four floats or two doubles at a time, never fused.
namespace lodestone {
namespace {

using Four = Floats<4>;
using Two = typename VectorType<double, 2>::Type;

inline constexpr std::size_t padded(std::size_t count) { return (count + 3) / 4 * 4; }

/// Below it, values become 0: products of two such values are not subnormal.
inline constexpr float kLeast = 1e-18f;

inline float sum_of(Four v) { return (v[0] + v[2]) + (v[1] + v[3]); }

/// Σ a·b over a multiple of four.
inline float dot(const float* a, const float* b, std::size_t count) {
  Four even{}, odd{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    even += load<Four>(a + i) * load<Four>(b + i);
    odd += load<Four>(a + i + 4) * load<Four>(b + i + 4);
  }
  if (i < count) even += load<Four>(a + i) * load<Four>(b + i);
  return sum_of(even + odd);
}

/// to += factor·from over a multiple of four.
inline void add_scaled(float factor, const float* from, float* to, std::size_t count) {
  const Four f = splat<Four>(factor);
  for (std::size_t i = 0; i < count; i += 4) store(to + i, load<Four>(to + i) + f * load<Four>(from + i));
}

/// Σ a·b over a multiple of four.
inline double dot(const double* a, const double* b, std::size_t count) {
  Two even{}, odd{};
  for (std::size_t i = 0; i < count; i += 4) {
    even += load<Two>(a + i) * load<Two>(b + i);
    odd += load<Two>(a + i + 2) * load<Two>(b + i + 2);
  }
  const Two both = even + odd;
  return both[0] + both[1];
}

/// to += factor·from over a multiple of four.
inline void add_scaled(double factor, const double* from, double* to, std::size_t count) {
  const Two f = factor - Two{};
  for (std::size_t i = 0; i < count; i += 2) store(to + i, load<Two>(to + i) + f * load<Two>(from + i));
}

}  // namespace
}  // namespace lodestone
