#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lodestone/array.hpp"

namespace lodestone {

/// W = L⁻¹ of the Cholesky factorisation A = L·Lᵀ of a symmetric positive definite matrix whose rows are appended one
/// after another, so that a larger matrix costs only its new rows. With W, A⁻¹·b = Wᵀ·(W·b), and the diagonal of A⁻¹,
/// which leave-one-out needs, is a sum of squares.
class InverseFactor {
 public:
  /// Makes room for so many rows, and keeps those that are there.
  Status reserve(std::size_t rows);
  std::size_t size() const { return size_; }
  void truncate(std::size_t size) { size_ = size < size_ ? size : size_; }
  /// Appends row n of A: its first n entries and its diagonal. `entries` must have room for a multiple of four, and is
  /// overwritten.
  void append(double* entries, double diagonal);
  /// The rows of W one after another, row i with i + 1 values and zeros up to a multiple of four.
  std::span<const double> rows() const { return {values_.data(), offset(size_)}; }

  /// b := A⁻¹·b, b with room for a multiple of four.
  void solve(double* b) const;
  /// bᵀ·A⁻¹·b, b with room for a multiple of four and zeros there.
  double quadratic(const double* b) const;
  /// The diagonal of A⁻¹.
  std::vector<double> inverse_diagonal() const;

  /// Where row i lies in `rows`.
  static std::size_t offset(std::size_t i) {
    const std::size_t blocks = i / 4;
    return (blocks * (blocks + 1) / 2 * 4 + (i % 4) * (blocks + 1)) * 4;
  }

 private:
  const double* at(std::size_t i) const { return values_.data() + offset(i); }

  Buffer<double> values_;
  std::size_t size_ = 0;
};

}  // namespace lodestone
