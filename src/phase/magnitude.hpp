#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>

#include "phase/lattice.hpp"

namespace lodestone {

/// Whether a square is so far from over- and underflow that single precision will do.
inline constexpr float kSmallestOrdinary = 1e-28f, kLargestOrdinary = 1e30f;
inline bool is_ordinary(float square) { return square >= kSmallestOrdinary && square <= kLargestOrdinary; }

/// The number of that size and the phase of (re, im); `otherwise` where that has none. Extreme values take double
/// precision, in which no square over- or underflows.
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

/// with_magnitude for a whole frame: `frame` gets the phases of `from`, or keeps its own where there is none. All
/// `[bins]`.
void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from,
                     std::span<std::complex<float>> frame);

/// target = newest + momentum·(newest − previous), and `previous` becomes `newest`. All `[bins]`.
void extrapolate(std::span<const std::complex<float>> newest, float momentum, std::span<std::complex<float>> previous,
                 std::span<std::complex<float>> target);

/// What phase reconstruction works with: 0 below the smallest magnitude and where it is no number, at most the largest.
inline float usable_magnitude(float value) {
  if (!(value >= kSmallestMagnitude)) return 0;
  return std::min(value, kLargestMagnitude);
}

}  // namespace lodestone
