#pragma once

#include "training/shards.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Gradients Σ aᵀ·b over the rows of one part of a pass: summed within each shard, then over the tree of its shards.
class ShardSums {
 public:
  /// For right factors of `factors` packed floats in total, and sums of up to `broadest` columns or of rows of `widest`
  /// values.
  void lay_out(Arena& arena, std::uint64_t factors, std::uint64_t broadest, std::uint64_t widest);

  void begin(const Shards& shards) { shards_ = shards; }

  /// Forgets the factors of the last sum.
  void clear() { room_ = block_; }
  /// Sets the factors of a shard: `count` rows a `[count, width]` and b `[count, columns]`. After each `run` rows,
  /// `skip` rows of other shards follow.
  void set(std::size_t shard, const float* a, std::size_t width, const float* b, std::size_t columns, std::size_t count,
           std::size_t run, std::size_t skip);
  /// Sets those of all shards: a `[steps, windows, width]`, b `[steps, windows, columns]`, for all windows of the part.
  void set_all(const float* a, std::size_t width, const float* b, std::size_t columns, std::size_t steps);

  /// Sums the next few rows of the gradient `[width, columns]`, starting at `row`, and returns how many.
  std::size_t sum(std::size_t row, std::size_t width, std::size_t columns, std::span<float> gradient);
  /// The sum of all rows of the left factors.
  void sum_rows(std::size_t width, std::span<float> sum);

 private:
  struct Factor {
    const float* a;
    std::size_t rows, run, skip;
    Packed b;
  };

  template <class Term>
  void sum_tree(std::size_t first, std::size_t count, std::size_t size, float* to, const Term& term);

  const TrainingKernels& kernels_ = training_kernels();
  Shards shards_;
  std::span<float> block_, room_;  ///< for right factors; the unused rest of it
  Factor factors_[shard_count] = {};
  std::span<float> branches_;  ///< `[3, …]` sums of branches whose neighbours are not done yet
};

}  // namespace lodestone
