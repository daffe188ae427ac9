#include "training/batch.hpp"

#include <algorithm>

namespace lodestone {

void Batch::lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows, std::uint64_t longest) {
  total_ = static_cast<std::size_t>(frames);
  starts_ = arena.take<std::uint32_t>(windows);
  frames_ = arena.take<std::uint32_t>(frames + longest);
  counts_ = arena.take<std::uint32_t>(frames + longest);
  slots_ = arena.take<std::uint32_t>(frames + longest);
}

void Batch::select(std::span<const std::int64_t> starts, std::size_t length) {
  windows_ = starts.size();
  length_ = length;
  distinct_ = 0;
  for (std::size_t w = 0; w < windows_; ++w) {
    starts_[w] = static_cast<std::uint32_t>(starts[w]);
    for (std::size_t at = starts_[w]; at < starts_[w] + length; ++at) {
      const auto frame = static_cast<std::uint32_t>(std::min(at, total_ - 1));
      const bool known = slots_[at] < distinct_ && frames_[slots_[at]] == frame;  // a slot may be from an earlier batch
      if (!known) {
        slots_[at] = static_cast<std::uint32_t>(distinct_);
        frames_[distinct_] = frame;
        counts_[distinct_++] = 0;
      }
      ++counts_[slots_[at]];
    }
  }
}

}  // namespace lodestone
