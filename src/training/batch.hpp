#pragma once

#include <cstdint>
#include <span>

#include "vector/arena.hpp"

namespace lodestone {

/// A batch of windows of frames that follow each other, and the distinct frames among them: neighbouring windows share
/// nearly all.
class Batch {
 public:
  /// For up to `windows` windows of up to `longest` frames, out of `frames` ≥ 1 frames.
  void lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows, std::uint64_t longest);

  /// The windows frames[s .. s+length) for every s, whatever their order. Behind the last frame of all stands that
  /// frame again and again.
  void select(std::span<const std::int64_t> starts, std::size_t length);

  std::size_t windows() const { return windows_; }
  std::size_t length() const { return length_; }
  std::size_t start(std::size_t window) const { return starts_[window]; }

  std::size_t distinct() const { return distinct_; }
  /// The d-th distinct frame, in ascending order where the windows are, and how many windows hold it.
  std::size_t frame(std::size_t d) const { return frames_[d]; }
  std::uint32_t count(std::size_t d) const { return counts_[d]; }
  /// Which distinct frame stands at time t of a window. Those of windows next to each other are next to each other.
  std::size_t slot(std::size_t t, std::size_t window) const { return slots_[starts_[window] + t]; }

 private:
  std::size_t total_ = 0, length_ = 0, windows_ = 0, distinct_ = 0;
  std::span<std::uint32_t> starts_;           ///< `[windows]`
  std::span<std::uint32_t> frames_, counts_;  ///< `[distinct]`
  std::span<std::uint32_t> slots_;            ///< of each frame of the sound
};

}  // namespace lodestone
