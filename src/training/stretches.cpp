#include "training/stretches.hpp"

#include <algorithm>

namespace lodestone {

Result<Stretches> Stretches::create(std::vector<Clip> clips, std::size_t batch, std::size_t longest) {
  Stretches all;
  all.clips_ = std::move(clips);
  all.predictions_ = 0;
  for (const Clip& clip : all.clips_) all.predictions_ += static_cast<std::size_t>(clip.frames) - 1;
  all.lanes_ = std::min(all.predictions_, batch / longest);
  // Make stretches as equal as possible.
  const std::size_t lane = (all.predictions_ + all.lanes_ - 1) / all.lanes_;
  const std::size_t pieces = (lane + longest - 1) / longest;
  all.longest_ = (lane + pieces - 1) / pieces;
  // As many steps as the lane that needs most.
  for (std::size_t l = 0; l < all.lanes_; ++l) {
    std::size_t steps = 0, left = all.lane_begin(l + 1) - all.lane_begin(l);
    all.walk(all.lane_begin(l), [&](const Stretch& stretch) {
      left -= std::min<std::size_t>(left, stretch.length);
      ++steps;
      return left > 0;
    });
    all.count_ = std::max(all.count_, steps);
  }
  auto stretches = Buffer<Stretch>::create(all.count_ * all.lanes_);
  if (!stretches) return stretches.error();
  all.stretches_ = std::move(*stretches);
  all.lay(0);
  return all;
}

void Stretches::lay(std::size_t turn) {
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    std::size_t step = 0;
    walk((lane_begin(lane) + turn) % predictions_, [&](const Stretch& stretch) {
      stretches_[step * lanes_ + lane] = stretch;
      return ++step < count_;
    });
  }
}

/// Walks from a prediction around the ring; calls visit(stretch) until it returns false.
template <class Visit>
void Stretches::walk(std::size_t from, Visit visit) const {
  std::size_t c = 0, at = from;  // clip, and prediction in it
  for (; at >= clips_[c].frames - 1; ++c) at -= static_cast<std::size_t>(clips_[c].frames) - 1;
  for (bool fresh = true;;) {
    const std::size_t rest = static_cast<std::size_t>(clips_[c].frames) - 1 - at;
    const std::size_t length = std::min(rest, longest_);
    if (!visit(Stretch{static_cast<std::uint32_t>(clips_[c].start + at), static_cast<std::uint16_t>(length), fresh}))
      return;
    fresh = length == rest;
    at = fresh ? 0 : at + length;
    if (fresh) c = (c + 1) % clips_.size();
  }
}

}  // namespace lodestone
