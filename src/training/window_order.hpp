#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>

#include "lodestone/random.hpp"

namespace lodestone {

/// The windows of an epoch in random order, batch by batch; windows that do not fill a batch are left out. Runs of
/// neighbouring windows stay together.
class WindowOrder {
 public:
  WindowOrder() = default;
  /// For as many windows as `starts` has room for; keeps using its memory.
  WindowOrder(std::span<std::int64_t> starts, std::size_t batch, std::size_t run = 1)
      : starts_(starts), batch_(batch), run_(run) {}

  std::size_t batches() const { return starts_.size() / batch_; }

  /// Starts a new epoch. The runs are formed again, starting at one of the first windows; the remaining windows come
  /// last.
  void shuffle(Random& random) {
    const std::size_t first = random.below(static_cast<std::uint32_t>(std::min(run_, starts_.size())));
    for (std::size_t w = 0; w < starts_.size(); ++w) {
      starts_[w] = static_cast<std::int64_t>((first + w) % starts_.size());
    }
    for (std::size_t runs = (starts_.size() - first) / run_; runs > 1; --runs) {  // Fisher & Yates
      swap_runs(runs - 1, random.below(static_cast<std::uint32_t>(runs)));
    }
  }

  std::span<const std::int64_t> batch(std::size_t index) const { return starts_.subspan(index * batch_, batch_); }

 private:
  void swap_runs(std::size_t a, std::size_t b) {
    for (std::size_t w = 0; w < run_; ++w) std::swap(starts_[a * run_ + w], starts_[b * run_ + w]);
  }

  std::span<std::int64_t> starts_;
  std::size_t batch_ = 1, run_ = 1;
};

}  // namespace lodestone
