#pragma once

#include <cstdint>
#include <span>

#include "vector/arena.hpp"

namespace lodestone {

/// A batch of windows of consecutive frames, and the distinct frames among them: neighbouring windows share nearly all.
class Batch {
 public:
  /// For up to `windows` windows of up to `longest` frames, out of `frames` ≥ 1 frames.
  void lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows, std::uint64_t longest);

  /// Selects the windows frames[s .. s+length) for every s, in any order. The last frame of all is repeated beyond the
  /// end.
  void select(std::span<const std::int64_t> starts, std::size_t length);

  std::size_t windows() const { return windows_; }
  std::size_t length() const { return length_; }
  std::size_t start(std::size_t window) const { return starts_[window]; }

  std::size_t distinct() const { return distinct_; }
  /// The d-th distinct frame (ascending if the windows are), and how many windows contain it.
  std::size_t frame(std::size_t d) const { return frames_[d]; }
  std::uint32_t count(std::size_t d) const { return counts_[d]; }
  /// The index of the distinct frame at time t of a window. Neighbouring windows have adjacent indices.
  std::size_t slot(std::size_t t, std::size_t window) const { return slots_[starts_[window] + t]; }

 private:
  std::size_t total_ = 0, length_ = 0, windows_ = 0, distinct_ = 0;
  std::span<std::uint32_t> starts_;           ///< `[windows]`
  std::span<std::uint32_t> frames_, counts_;  ///< `[distinct]`
  std::span<std::uint32_t> slots_;            ///< for each frame of the sound
};

}  // namespace lodestone
