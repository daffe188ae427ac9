#include "training/shard_sums.hpp"

#include <algorithm>

namespace lodestone {
namespace {

/// Rows of a gradient that are summed at a time.
constexpr std::size_t block_rows = 24;

}  // namespace

void ShardSums::lay_out(Arena& arena, std::uint64_t factors, std::uint64_t broadest, std::uint64_t widest) {
  block_ = arena.take<float>(factors);
  branches_ = arena.take<float>(3 * std::max(block_rows * broadest, widest));
}

void ShardSums::set(std::size_t shard, const float* a, std::size_t width, const float* b, std::size_t columns,
                    std::size_t count, std::size_t run, std::size_t skip) {
  Factor& factor = factors_[shard];
  factor = {a, count, run, skip * width, Packed(kernels_, room_)};
  factor.b.fill_runs(b, count, columns, run, static_cast<std::ptrdiff_t>(skip * columns));
  room_ = room_.subspan(static_cast<std::size_t>(kernels_.packed_size(count, columns)));
}

void ShardSums::set_all(const float* a, std::size_t width, const float* b, std::size_t columns, std::size_t steps) {
  clear();
  const std::size_t begin = shards_.begin_of(shards_.first());
  const std::size_t rows = shards_.begin_of(shards_.end()) - begin;
  for (std::size_t shard = shards_.first(); shard < shards_.end(); ++shard) {
    const std::size_t first = shards_.begin_of(shard), run = shards_.begin_of(shard + 1) - first;
    set(shard, a + (first - begin) * width, width, b + (first - begin) * columns, columns, steps * run, run,
        rows - run);
  }
}

/// to = the sum of term(factor, to), `size` values, over the shards first .. first+count-1 as a balanced tree.
template <class Term>
void ShardSums::sum_tree(std::size_t first, std::size_t count, std::size_t size, float* to, const Term& term) {
  if (count == 1) return term(factors_[first], to);
  const std::size_t half = count / 2;
  float* right = branches_.data() + half / 2 * (branches_.size() / 3);  // half is 4, 2 or 1
  sum_tree(first, half, size, to, term);
  sum_tree(first + half, half, size, right, term);
  kernels_.add(size, right, to);
}

std::size_t ShardSums::sum(std::size_t row, std::size_t width, std::size_t columns, std::span<float> gradient) {
  const std::size_t count = std::min(block_rows, width - row);
  sum_tree(shards_.first(), shards_.count(), count * columns, gradient.data() + row * columns,
           [&](const Factor& factor, float* to) {
             Product product = factor.b.transposed_times(width, factor.a + row, to);
             product.rows = count;
             product.run = factor.run;
             product.skip = static_cast<std::ptrdiff_t>(factor.skip);
             kernels_.multiply_all(product);
           });
  return count;
}

void ShardSums::sum_rows(std::size_t width, std::span<float> sum) {
  sum_tree(shards_.first(), shards_.count(), width, sum.data(), [&](const Factor& factor, float* to) {
    std::fill_n(to, width, 0.0f);
    for (std::size_t row = 0; row < factor.rows; ++row) {
      kernels_.add(width, factor.a + row * width + row / factor.run * factor.skip, to);
    }
  });
}

}  // namespace lodestone
