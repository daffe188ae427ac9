#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

/// An epoch over clips: read side by side in lanes, each in stretches one after another, none of which spans the border
/// of two clips. The lanes lie behind each other on the ring of all predictions, and each walks on until the epoch
/// ends, so that every frame but the first of a clip is predicted once, but for a few where one lane meets the next.
class Stretches {
 public:
  Stretches() = default;
  /// A stretch has at most `longest` frames in each of up to batch / longest lanes. The clips have two frames or more.
  static Result<Stretches> create(std::vector<Clip> clips, std::size_t batch, std::size_t longest);

  /// Steps of an epoch; the same wherever it begins.
  std::size_t count() const { return count_; }
  /// Predictions of an epoch.
  std::size_t predictions() const { return predictions_; }
  /// An epoch whose first lane begins at that prediction, 0 .. predictions − 1.
  void lay(std::size_t turn);
  /// What the lanes read in a step.
  std::span<const Stretch> step(std::size_t index) const {
    return std::span<const Stretch>(stretches_.data(), stretches_.size()).subspan(index * lanes_, lanes_);
  }

 private:
  std::size_t lane_begin(std::size_t lane) const { return predictions_ * lane / lanes_; }
  template <class Visit>
  void walk(std::size_t from, Visit visit) const;

  std::vector<Clip> clips_;
  std::size_t predictions_ = 1, lanes_ = 1, longest_ = 1, count_ = 0;
  Buffer<Stretch> stretches_;  ///< `[count, lanes]`
};

}  // namespace lodestone
