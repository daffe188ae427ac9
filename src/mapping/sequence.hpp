#pragma once

#include <cstddef>
#include <span>

namespace lodestone {

/// Rows of standardised inputs, one after another in time.
struct Sequence {
  std::span<const float> values;  ///< `[rows, inputs]`
  std::size_t inputs = 1;

  std::size_t rows() const { return values.size() / inputs; }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * inputs, inputs); }
};

/// Σ (a − b)². Differences below 1e-18 count as 0, so that no square is subnormal.
float squared_distance(std::span<const float> a, std::span<const float> b);

}  // namespace lodestone
