#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/stretches.hpp"

namespace lodestone {

/// What a network reads at a time: groups of consecutive frames. There is one for every frame that it can start at.
/// They are numbered so that the next number is the group that follows; so to a trainer, which only knows numbers, a
/// sound whose groups begin at every frame is like several sounds.
class Groups {
 public:
  Groups() = default;
  Groups(int size, std::uint64_t frames)
      : size_(static_cast<std::uint64_t>(size)), in_turn_((frames + size_ - 1) / size_) {}

  std::uint64_t size() const { return size_; }
  /// Groups that follow each other, from each of the first frames on; the last number may have no group.
  std::uint64_t in_turn() const { return in_turn_; }
  std::uint64_t count() const { return size_ * in_turn_; }

  /// The group that starts at a frame, and the frame that a group starts at.
  std::uint64_t at(std::uint64_t frame) const { return frame % size_ * in_turn_ + frame / size_; }
  std::uint64_t frame(std::uint64_t group) const { return group % in_turn_ * size_ + group / in_turn_; }

  /// The groups of each clip of frames, as clips of groups.
  std::vector<Clip> of(std::span<const Clip> clips) const {
    std::vector<Clip> groups;
    for (const Clip& clip : clips) {
      for (std::uint64_t first = 0; first < size_; ++first) {
        const std::uint64_t count = (clip.frames - first) / size_;
        if (count > 1) groups.push_back({at(clip.start + first), count});
      }
    }
    return groups;
  }

 private:
  std::uint64_t size_ = 1, in_turn_ = 0;
};

}  // namespace lodestone
