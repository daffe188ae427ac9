#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lodestone/array.hpp"

namespace lodestone {

/// Consecutive frames of one clip, each of which predicts the next.
struct Stretch {
  std::uint32_t start;
  std::uint16_t length;
  std::uint16_t fresh;  ///< 1 if the state starts from zero: at the start of a clip or a lane
};

/// A clip, or the part of it that is trained on.
struct Clip {
  std::uint64_t start, frames;
};

/// An epoch over clips, read in parallel lanes. Each lane is a sequence of stretches, none of which spans two clips.
/// The lanes divide the ring of all predictions, and each continues until the epoch ends, so that every frame but the
/// first of a clip is predicted once, except for a few where one lane meets the next.
class Stretches {
 public:
  Stretches() = default;
  /// Stretches have at most `longest` frames, in up to batch / longest lanes. Each clip has at least two frames.
  static Result<Stretches> create(std::vector<Clip> clips, std::size_t batch, std::size_t longest);

  /// Steps per epoch; independent of where it starts.
  std::size_t count() const { return count_; }
  /// Predictions per epoch.
  std::size_t predictions() const { return predictions_; }
  /// Lays out an epoch whose first lane starts at this prediction, 0 .. predictions − 1.
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
