#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>

#include "phase/lattice.hpp"

namespace lodestone {

/// Squares in this range are far enough from overflow and underflow for single precision.
inline constexpr float kSmallestOrdinary = 1e-28f, kLargestOrdinary = 1e30f;
inline bool is_ordinary(float square) { return square >= kSmallestOrdinary && square <= kLargestOrdinary; }

/// A number with magnitude `size` and the phase of (re, im), or `otherwise` if (re, im) has no phase. Extreme values
/// use double precision, in which no square overflows or underflows.
inline std::complex<float> with_magnitude(float size, float re, float im, std::complex<float> otherwise) {
  const float square = re * re + im * im;
  if (is_ordinary(square)) {
    const float scale = size / std::sqrt(square);
    return {without_dust(re * scale, size), without_dust(im * scale, size)};
  }
  const double exact = double{re} * re + double{im} * im;
  if (exact == 0) return otherwise;
  const double scale = size / std::sqrt(exact);
  return {without_dust(static_cast<float>(re * scale), size), without_dust(static_cast<float>(im * scale), size)};
}

/// with_magnitude for a whole frame: `frame` takes the phases of `from`, and keeps its own where `from` has none. All
/// `[bins]`.
void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from,
                     std::span<std::complex<float>> frame);

/// target = newest + momentum·(newest − previous), and `previous` becomes `newest`. All `[bins]`.
void extrapolate(std::span<const std::complex<float>> newest, float momentum, std::span<std::complex<float>> previous,
                 std::span<std::complex<float>> target);

/// Clamps magnitudes for phase reconstruction: values below the smallest magnitude and NaN become 0.
inline float usable_magnitude(float value) {
  if (!(value >= kSmallestMagnitude)) return 0;
  return std::min(value, kLargestMagnitude);
}

}  // namespace lodestone
