#pragma once

#include <cstdint>
#include <span>

#include "vector/arena.hpp"

namespace lodestone {

/// A batch of windows of frames that follow each other, and the distinct frames among them: neighbouring windows share
/// nearly all.
class Batch {
 public:
  /// For up to `windows` windows of `frames` frames. The arena's memory must be zero.
  void lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows);

  /// The windows frames[s .. s+sequence) for every s.
  void select(std::span<const std::int64_t> starts, std::size_t sequence);

  std::size_t windows() const { return windows_; }
  std::size_t sequence() const { return sequence_; }
  std::size_t start(std::size_t window) const { return starts_[window]; }

  std::size_t distinct() const { return distinct_; }
  /// The d-th distinct frame, in ascending order, and how many windows hold it.
  std::size_t frame(std::size_t d) const { return frames_[d]; }
  std::uint32_t count(std::size_t d) const { return counts_[d]; }
  /// Which distinct frame stands at time t of a window.
  std::size_t slot(std::size_t t, std::size_t window) const { return slots_[starts_[window] + t]; }

 private:
  std::size_t sequence_ = 0, windows_ = 0, distinct_ = 0;
  std::span<std::uint32_t> starts_;           ///< `[windows]`
  std::span<std::uint32_t> frames_, counts_;  ///< `[distinct]`
  std::span<std::uint32_t> slots_;            ///< of each frame of the sound
  std::span<std::int32_t> edges_;  ///< windows that begin at a frame less those that end before it; zeros between calls
};

}  // namespace lodestone
