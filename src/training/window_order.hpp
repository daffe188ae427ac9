#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "lodestone/array.hpp"
#include "lodestone/random.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// The windows of an epoch in random order, a batch at a time; those that fill no batch are left out.
class WindowOrder {
 public:
  static Result<WindowOrder> create(std::uint64_t windows, std::size_t batch) {
    auto starts = Buffer<std::int64_t>::create(windows);
    if (!starts) return starts.error();
    WindowOrder order;
    order.starts_ = std::move(*starts);
    order.batch_ = batch;
    for (std::size_t i = 0; i < order.starts_.size(); ++i) order.starts_[i] = static_cast<std::int64_t>(i);
    return order;
  }

  std::size_t batches() const { return starts_.size() / batch_; }

  /// A new epoch (Fisher & Yates).
  void shuffle(Random& random) {
    for (std::size_t i = starts_.size(); i > 1; --i) {
      std::swap(starts_[i - 1], starts_[random.below(static_cast<std::uint32_t>(i))]);
    }
  }

  std::span<const std::int64_t> batch(std::size_t index) const { return {starts_.data() + index * batch_, batch_}; }

 private:
  Buffer<std::int64_t> starts_;
  std::size_t batch_ = 1;
};

}  // namespace lodestone
