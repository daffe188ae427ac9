#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

/// Rows of numbers in blocks of four, `[rows / 4][columns][4]`, so that four distances are computed at once.
class PackedRows {
 public:
  static Result<PackedRows> create(std::size_t rows, std::size_t columns);

  /// Rows with padding.
  std::size_t padded_rows() const { return padded_rows_; }
  std::size_t columns() const { return columns_; }
  void set(std::size_t row, std::span<const float> values);
  /// Squared distances of the first `rows` rows from `point`; writes a multiple of four.
  void distances(const float* point, std::size_t rows, float* to) const;

 private:
  Buffer<float> values_;
  std::size_t padded_rows_ = 0;
  std::size_t columns_ = 0;
};

/// exp(−gamma·distance) over a multiple of four.
void gaussian(const float* squared_distances, std::size_t count, float gamma, float* to);

}  // namespace lodestone
