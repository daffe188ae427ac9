#pragma once

#include "lodestone/array.hpp"
#include "vector/kernels.hpp"

namespace lodestone {

/// The right factor B of products, laid out as the kernels want it.
class Packed {
 public:
  Packed() = default;

  /// Room for any matrix whose `Kernels::packed_size` is at most `size`.
  static Result<Packed> create(const Kernels& kernels, std::uint64_t size) {
    auto values = Buffer<float>::create(size);
    if (!values) return values.error();
    Packed packed;
    packed.kernels_ = &kernels;
    packed.values_ = std::move(*values);
    return packed;
  }

  /// B = matrix `[depth, columns]`.
  void fill(const float* matrix, std::size_t depth, std::size_t columns) {
    depth_ = depth;
    columns_ = columns;
    kernels_->pack(depth, columns, matrix, static_cast<std::ptrdiff_t>(columns), 1, values_.data());
  }

  /// B = the transpose of matrix `[columns, depth]`.
  void fill_transposed(const float* matrix, std::size_t columns, std::size_t depth) {
    depth_ = depth;
    columns_ = columns;
    kernels_->pack(depth, columns, matrix, 1, static_cast<std::ptrdiff_t>(depth), values_.data());
  }

  /// Multiplies row k of B by factors[k].
  void scale_rows(const float* factors) {
    float* row = values_.data();
    for (std::size_t panel = 0; panel < kernels_->panels(columns_); ++panel) {
      for (std::size_t k = 0; k < depth_; ++k, row += kernels_->panel) {
        for (std::size_t j = 0; j < kernels_->panel; ++j) row[j] *= factors[k];
      }
    }
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
  const Kernels* kernels_ = nullptr;
  Buffer<float> values_;
  std::size_t depth_ = 0;
  std::size_t columns_ = 0;
};

}  // namespace lodestone
