#include "training/stretches.hpp"

#include <algorithm>

namespace lodestone {

Result<Stretches> Stretches::create(std::span<const Clip> clips, std::size_t batch, std::size_t longest) {
  std::size_t predictions = 0;
  for (const Clip& clip : clips) predictions += static_cast<std::size_t>(clip.frames) - 1;
  Stretches all;
  all.lanes_ = std::min(predictions, batch / longest);
  all.lay(clips, predictions, longest);  // counts
  auto stretches = Buffer<Stretch>::create(all.count_ * all.lanes_);
  if (!stretches) return stretches.error();
  all.stretches_ = std::move(*stretches);
  all.lay(clips, predictions, longest);
  return all;
}

/// The lanes get as many predictions each, the first ones one more where that is not even.
void Stretches::lay(std::span<const Clip> clips, std::size_t predictions, std::size_t longest) {
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    const std::size_t longer = predictions % lanes_;
    const auto begin = [&](std::size_t l) { return predictions / lanes_ * l + std::min(l, longer); };
    lay_lane(clips, lane, begin(lane), begin(lane + 1), longest);
  }
}

/// Predictions first .. end-1 of all clips: what lies in one clip is cut into stretches as even as can be.
void Stretches::lay_lane(std::span<const Clip> clips, std::size_t lane, std::size_t first, std::size_t end,
                         std::size_t longest) {
  std::size_t step = 0, before = 0;  // predictions of the clips before
  std::size_t last = 0;              // where the lane is
  const auto put = [&](const Stretch& stretch) {
    if (stretches_.size() > 0) stretches_[step * lanes_ + lane] = stretch;
    ++step;
  };
  for (const Clip& clip : clips) {
    const std::size_t all = static_cast<std::size_t>(clip.frames) - 1;
    const std::size_t from = std::max(first, before), to = std::min(end, before + all);
    if (from < to) {
      const std::size_t pieces = (to - from + longest - 1) / longest;
      const std::size_t start = static_cast<std::size_t>(clip.start) + from - before;
      const auto cut = [&](std::size_t i) { return (to - from) * i / pieces; };
      for (std::size_t i = 0; i < pieces; ++i) {
        put({static_cast<std::uint32_t>(start + cut(i)), static_cast<std::uint16_t>(cut(i + 1) - cut(i)), i == 0});
      }
      last = start + to - from;
    }
    before += all;
  }
  count_ = std::max(count_, step);
  while (stretches_.size() > 0 && step < count_) put({static_cast<std::uint32_t>(last), 0, 0});
}

}  // namespace lodestone
