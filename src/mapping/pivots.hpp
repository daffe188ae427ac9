#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lodestone/array.hpp"
#include "mapping/packed_rows.hpp"

namespace lodestone {

/// Chooses the rows that represent all of them best: the pivots of a Cholesky factorisation of the kernel matrix, each
/// the row that those before it explain least. Beyond 4096 rows, an even selection of so many is considered.
class Pivots {
 public:
  Status begin(const Array2<float>& inputs, float gamma, std::size_t most);
  /// Chooses the next row; false once there are enough.
  bool step();
  double progress() const;
  /// Multiply-adds of the next step.
  std::int64_t cost() const { return static_cast<std::int64_t>(chosen_.size() * candidates_.size()); }
  /// The chosen rows in ascending order.
  std::vector<std::size_t> rows() const;

 private:
  std::size_t next() const;

  const Array2<float>* inputs_ = nullptr;
  float gamma_ = 1;
  std::size_t most_ = 0;
  std::vector<std::size_t> candidates_;
  std::vector<std::size_t> chosen_;  ///< of the candidates
  std::vector<float> unexplained_;   ///< variance of each candidate given the chosen ones; −1: chosen
  PackedRows packed_;
  Array2<float> columns_;  ///< `[most, padded candidates]`, of the factor
};

}  // namespace lodestone
