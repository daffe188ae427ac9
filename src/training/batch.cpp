#include "training/batch.hpp"

#include <algorithm>

#include "first_error.hpp"

namespace lodestone {

namespace {

std::uint64_t most_distinct(std::uint64_t frames, std::uint64_t windows, std::uint64_t sequence) {
  return std::min(frames, windows * sequence);
}

}  // namespace

std::uint64_t Batch::memory(std::uint64_t frames, std::uint64_t windows, std::uint64_t sequence) {
  return 4 * (windows + 2 * most_distinct(frames, windows, sequence) + 2 * frames + 1);
}

Result<Batch> Batch::create(std::uint64_t frames, std::uint64_t windows, std::uint64_t sequence) {
  const std::uint64_t distinct = most_distinct(frames, windows, sequence);
  Batch batch;
  batch.sequence_ = static_cast<std::size_t>(sequence);
  FirstError error;
  error.take(batch.starts_, Buffer<std::uint32_t>::create(windows));
  error.take(batch.frames_, Buffer<std::uint32_t>::create(distinct));
  error.take(batch.counts_, Buffer<std::uint32_t>::create(distinct));
  error.take(batch.slots_, Buffer<std::uint32_t>::create(frames));
  error.take(batch.edges_, Buffer<std::int32_t>::create(frames + 1));
  if (error) return *error;
  return batch;
}

void Batch::select(std::span<const std::int64_t> starts) {
  windows_ = starts.size();
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
