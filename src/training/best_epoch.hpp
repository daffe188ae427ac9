#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "training/flat.hpp"
#include "vector/arena.hpp"

namespace lodestone {

/// The weights after the epoch with the lowest held-out loss so far.
class BestEpoch {
 public:
  struct Record {
    std::int32_t epoch = 0;  ///< from 1 on; 0: none yet
    float loss = std::numeric_limits<float>::infinity();
  } record;

  /// For `count` values.
  void lay_out(Arena& arena, std::uint64_t count) { weights_ = arena.take<float>(count); }

  void offer(int epoch, float loss, std::span<const std::span<float>> weights) {
    if (!(loss < record.loss)) return;
    record = {epoch, loss};
    flatten(weights, weights_);
  }

  std::span<float> weights() { return weights_; }

 private:
  std::span<float> weights_;
};

}  // namespace lodestone
