#pragma once

#include <cmath>
#include <cstdint>

namespace lodestone {

/// An IEEE 754 binary16 number as stored in files: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
/// (libc++ 13 has no std::bit_cast.)
struct Half {
  std::uint16_t bits;

  explicit Half(float value) : bits(round(value)) {}
  Half() = default;

  /// Exact.
  operator float() const {
    const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
    const std::uint32_t exponent = bits >> 10 & 31u;
    const std::uint32_t fraction = bits & 1023u;
    if (exponent == 0) {
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide_exponent = exponent == 31 ? 255 : exponent + (127 - 15);
    return __builtin_bit_cast(float, sign | wide_exponent << 23 | fraction << 13);
  }

 private:
  /// Rounds to nearest, ties to even; values beyond 65519.99 become infinite.
  static std::uint16_t round(float value) {
    const auto all = __builtin_bit_cast(std::uint32_t, value);
    const std::uint32_t sign = all >> 16 & 0x8000u;
    const std::uint32_t magnitude = all & 0x7fffffffu;
    return static_cast<std::uint16_t>(sign | round_magnitude(magnitude));
  }

  static std::uint32_t round_magnitude(std::uint32_t magnitude) {
    constexpr std::uint32_t infinity = 0x7c00, smallest_normal = 0x38800000 /* 2^-14 */, nan = 0x7e00;
    if (magnitude > 0x7f800000u) return nan;
    if (magnitude < smallest_normal) {
      // Floats in [0.5, 1) are spaced like subnormal halves, by 2^-24, so adding 0.5 rounds correctly.
      return __builtin_bit_cast(std::uint32_t, __builtin_bit_cast(float, magnitude) + 0.5f) -
             __builtin_bit_cast(std::uint32_t, 0.5f);
    }
    const std::uint32_t just_below_half = 0xfffu, odd = magnitude >> 13 & 1u;
    const std::uint32_t rounded = (magnitude + just_below_half + odd - (std::uint32_t{127 - 15} << 23)) >> 13;
    return rounded < infinity ? rounded : infinity;
  }
};

/// The largest magnitude that model files store as float16 (whose own maximum is 65504).
inline constexpr float largest_half_impulse = 6e4f;

/// Whether a model file may store this value as float16: exactly representable and not too large.
inline bool fits_half(float value) { return value <= largest_half_impulse && Half(value) == value; }

}  // namespace lodestone
