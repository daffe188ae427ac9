#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lodestone/array.hpp"

namespace lodestone {

/// Frames that follow each other in one clip, each of which predicts the next.
struct Stretch {
  std::uint32_t start;
  std::uint16_t length;
  std::uint16_t fresh;  ///< 1 where the state starts from zero: at the beginning of a clip or a lane
};

/// A clip, or what of it is trained on.
struct Clip {
  std::uint64_t start, frames;
};

/// An epoch over clips in order: cut into lanes that are read side by side, each in stretches one after another, none
/// of which spans the border of two clips. Every frame but the first of a clip is predicted once.
class Stretches {
 public:
  Stretches() = default;
  /// A stretch has at most `longest` frames in each of up to batch / longest lanes. The clips have two frames or more.
  static Result<Stretches> create(std::span<const Clip> clips, std::size_t batch, std::size_t longest);

  /// Steps of an epoch.
  std::size_t count() const { return count_; }
  /// What the lanes read in a step; a lane that has come to its end has a length of 0.
  std::span<const Stretch> step(std::size_t index) const {
    return std::span<const Stretch>(stretches_.data(), stretches_.size()).subspan(index * lanes_, lanes_);
  }

 private:
  void lay(std::span<const Clip> clips, std::size_t predictions, std::size_t longest);
  void lay_lane(std::span<const Clip> clips, std::size_t lane, std::size_t first, std::size_t end, std::size_t longest);

  std::size_t lanes_ = 1, count_ = 0;
  Buffer<Stretch> stretches_;  ///< `[count, lanes]`; empty while they are counted
};

}  // namespace lodestone
