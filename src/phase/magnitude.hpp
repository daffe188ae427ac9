#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>

#include "phase/lattice.hpp"

namespace lodestone {

/// The number of that size and the phase of (re, im); `otherwise` where that has none. In double, so that no square
/// over- or underflows.
inline std::complex<float> with_magnitude(float size, float re, float im, std::complex<float> otherwise) {
  const double square = double{re} * re + double{im} * im;
  if (square == 0) return otherwise;
  const double scale = size / std::sqrt(square);
  return {without_dust(static_cast<float>(re * scale), size), without_dust(static_cast<float>(im * scale), size)};
}

/// with_magnitude for a whole frame: `frame` gets the phases of `from`, or keeps its own where there is none. All
/// `[bins]`.
void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from, std::span<float> scratch,
                     std::span<std::complex<float>> frame);

/// What phase reconstruction works with: 0 below the smallest magnitude and where it is no number, at most the largest.
inline float usable_magnitude(float value) {
  if (!(value >= kSmallestMagnitude)) return 0;
  return std::min(value, kLargestMagnitude);
}

}  // namespace lodestone
