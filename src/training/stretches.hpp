#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/backpropagation.hpp"

namespace lodestone {

/// An epoch over the frames of a sound in order: cut into lanes that are read side by side, each in stretches one after
/// another. Every frame but the first is predicted once.
class Stretches {
 public:
  Stretches() = default;
  /// Of `predictions` + 1 frames; a stretch has at most `longest` frames in each of batch / longest lanes.
  Stretches(std::size_t predictions, std::size_t batch, std::size_t longest)
      : starts_(std::min(predictions, batch / longest)),
        lane_(predictions / starts_.size()),
        longer_(predictions % starts_.size()),
        count_(divide_up(longest_lane(), longest)) {}

  std::size_t count() const { return count_; }

  /// The next frames of all lanes; the first lanes may be one longer than the others, which then score one less.
  Pass pass(std::size_t index) {
    const std::size_t begin = longest_lane() * index / count_;
    const std::size_t end = longest_lane() * (index + 1) / count_;
    const std::size_t lanes = starts_.size();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      starts_[lane] = static_cast<std::int64_t>(lane_ * lane + std::min(lane, longer_) + begin);
    }
    const std::size_t missing = end > lane_ ? lanes - longer_ : 0;
    return {starts_, end - begin, 0, (end - begin) * lanes - missing, true, index > 0};
  }

 private:
  static std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }
  std::size_t longest_lane() const { return lane_ + (longer_ > 0 ? 1 : 0); }

  std::vector<std::int64_t> starts_;
  std::size_t lane_ = 1;    ///< predictions of a lane
  std::size_t longer_ = 0;  ///< lanes with one more
  std::size_t count_ = 0;
};

}  // namespace lodestone
