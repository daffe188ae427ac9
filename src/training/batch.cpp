#include "training/batch.hpp"

#include <algorithm>

namespace lodestone {

void Batch::lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows) {
  starts_ = arena.take<std::uint32_t>(windows);
  frames_ = arena.take<std::uint32_t>(frames);
  counts_ = arena.take<std::uint32_t>(frames);
  slots_ = arena.take<std::uint32_t>(frames);
  edges_ = arena.take<std::int32_t>(frames + 1);
}

void Batch::select(std::span<const std::int64_t> starts, std::size_t sequence) {
  windows_ = starts.size();
  sequence_ = sequence;
  for (std::size_t w = 0; w < windows_; ++w) {
    starts_[w] = static_cast<std::uint32_t>(starts[w]);
    ++edges_[starts_[w]];
    --edges_[starts_[w] + sequence_];
  }
  distinct_ = 0;
  std::int32_t open = 0;
  for (std::size_t frame = 0; frame < slots_.size(); ++frame) {
    open += edges_[frame];
    if (open == 0) continue;
    slots_[frame] = static_cast<std::uint32_t>(distinct_);
    frames_[distinct_] = static_cast<std::uint32_t>(frame);
    counts_[distinct_++] = static_cast<std::uint32_t>(open);
  }
  std::fill(edges_.begin(), edges_.end(), 0);
}

}  // namespace lodestone
