#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "lodestone/random.hpp"

namespace lodestone {

/// The windows of an epoch in random order, a batch at a time; those that fill no batch are left out.
class WindowOrder {
 public:
  WindowOrder() = default;
  /// Starts with window w at starts[w]; keeps using the memory of `starts`.
  WindowOrder(std::span<std::int64_t> starts, std::size_t batch) : starts_(starts), batch_(batch) {
    for (std::size_t w = 0; w < starts_.size(); ++w) starts_[w] = static_cast<std::int64_t>(w);
  }

  std::size_t batches() const { return starts_.size() / batch_; }

  /// A new epoch (Fisher & Yates).
  void shuffle(Random& random) {
    for (std::size_t w = starts_.size(); w > 1; --w) {
      std::swap(starts_[w - 1], starts_[random.below(static_cast<std::uint32_t>(w))]);
    }
  }

  std::span<const std::int64_t> batch(std::size_t index) const { return starts_.subspan(index * batch_, batch_); }

 private:
  std::span<std::int64_t> starts_;
  std::size_t batch_ = 1;
};

}  // namespace lodestone
