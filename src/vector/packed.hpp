#pragma once

#include "vector/arena.hpp"
#include "vector/kernels.hpp"

namespace lodestone {

/// The right factor B of products in the layout that the kernels need.
class Packed {
 public:
  Packed() = default;
  /// For any matrix whose `Kernels::packed_size` is at most the size of `values`.
  Packed(const Kernels& kernels, std::span<float> values) : kernels_(&kernels), values_(values) {}
  Packed(const Kernels& kernels, Arena& arena, std::uint64_t size) : Packed(kernels, arena.take<float>(size)) {}
  /// For a matrix `[depth, columns]` that is still to be filled, or has already been packed there.
  Packed(const Kernels& kernels, Arena& arena, std::size_t depth, std::size_t columns)
      : Packed(kernels, arena, kernels.packed_size(depth, columns)) {
    depth_ = depth;
    columns_ = columns;
  }

  /// B = matrix `[depth, columns]`.
  void fill(const float* matrix, std::size_t depth, std::size_t columns) {
    set(matrix, depth, columns, static_cast<std::ptrdiff_t>(columns), 1, depth, 0);
  }

  /// B = rows of `columns` values in runs, see Product.
  void fill_runs(const float* rows, std::size_t depth, std::size_t columns, std::size_t run, std::ptrdiff_t skip) {
    set(rows, depth, columns, static_cast<std::ptrdiff_t>(columns), 1, run, skip);
  }

  /// B = the transpose of matrix `[columns, depth]`.
  void fill_transposed(const float* matrix, std::size_t columns, std::size_t depth) {
    set(matrix, depth, columns, 1, static_cast<std::ptrdiff_t>(depth), depth, 0);
  }

  /// Replaces each value in row k of B by `change(k, value)`.
  template <class Change>
  void map(Change change) {
    float* row = values_.data();
    for (std::size_t panel = 0; panel < kernels_->panels(columns_); ++panel) {
      for (std::size_t k = 0; k < depth_; ++k, row += kernels_->panel) {
        for (std::size_t j = 0; j < kernels_->panel; ++j) row[j] = change(k, row[j]);
      }
    }
  }

  /// Multiplies row k of B by factors[k].
  void scale_rows(const float* factors) {
    map([factors](std::size_t k, float value) { return value * factors[k]; });
  }

  /// c `[rows, columns]` = start + a·B with a `[rows, depth]`; start_row as in Product.
  Product times(std::size_t rows, const float* a, const float* start, std::size_t start_row, float* c) const {
    return {rows,
            depth_,
            columns_,
            a,
            static_cast<std::ptrdiff_t>(depth_),
            1,
            values_.data(),
            start,
            static_cast<std::ptrdiff_t>(start_row),
            c,
            static_cast<std::ptrdiff_t>(columns_)};
  }

  /// c `[rows, columns]` = aᵀ·B with a `[depth, rows]`.
  Product transposed_times(std::size_t rows, const float* a, float* c) const {
    return {rows,
            depth_,
            columns_,
            a,
            1,
            static_cast<std::ptrdiff_t>(rows),
            values_.data(),
            nullptr,
            0,
            c,
            static_cast<std::ptrdiff_t>(columns_)};
  }

 private:
  void set(const float* matrix, std::size_t depth, std::size_t columns, std::ptrdiff_t depth_stride,
           std::ptrdiff_t column_stride, std::size_t run, std::ptrdiff_t skip) {
    depth_ = depth;
    columns_ = columns;
    kernels_->pack(depth, columns, matrix, depth_stride, column_stride, run, skip, values_.data());
  }

  const Kernels* kernels_ = nullptr;
  std::span<float> values_;
  std::size_t depth_ = 0;
  std::size_t columns_ = 0;
};

}  // namespace lodestone
