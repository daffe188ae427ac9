#pragma once

#include <cmath>
#include <complex>

namespace lodestone {

/// Larger samples and bins are treated as infinite: their sums could overflow.
inline constexpr float kLargest = 1e30f;
/// Smaller values, including results, become 0, so that flushing subnormal numbers to zero makes no difference.
inline constexpr float kSmallest = 1e-20f;

/// Also false for NaN.
inline bool is_usable(float value) { return std::abs(value) <= kLargest; }

inline float small_to_zero(float value) { return std::abs(value) < kSmallest ? 0.0f : value; }

inline float usable_or_zero(float value) { return is_usable(value) ? small_to_zero(value) : 0.0f; }

/// Squares in this range are far from overflow and underflow in single precision.
inline constexpr float kSmallestSquare = 1e-28f;
inline constexpr float kLargestSquare = 1e30f;

/// bin|, in double precision if single is not enough.
inline float magnitude(std::complex<float> bin) {
  const float square = bin.real() * bin.real() + bin.imag() * bin.imag();
  if (square >= kSmallestSquare && square <= kLargestSquare) return std::sqrt(square);
  const double re = bin.real(), im = bin.imag();
  return small_to_zero(static_cast<float>(std::sqrt(re * re + im * im)));
}

}  // namespace lodestone
