#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "lodestone/trainer.hpp"
#include "training/groups.hpp"
#include "vector/arena.hpp"

namespace lodestone {

/// Window starts fit into 32 bits.
inline constexpr std::uint64_t most_frames = std::numeric_limits<std::int32_t>::max();

/// The frames of a window, `sequence` groups, and of the group after them, which is the target.
inline std::uint64_t window_frames(const TrainerConfig& config) {
  return static_cast<std::uint64_t>(config.group) * (static_cast<std::uint64_t>(config.sequence) + 1);
}

/// The number of windows in a clip. They start at every frame.
inline std::uint64_t count_windows(const Clip& clip, const TrainerConfig& config) {
  const std::uint64_t others = window_frames(config) - 1;
  return clip.frames > others ? clip.frames - others : 0;
}

inline std::uint64_t count_windows(std::span<const Clip> clips, const TrainerConfig& config) {
  std::uint64_t windows = 0;
  for (const Clip& clip : clips) windows += count_windows(clip, config);
  return windows;
}

/// The number of windows held out for validation.
inline std::uint64_t count_held_out(const TrainerConfig& config, std::uint64_t windows) {
  if (config.validation == 0) return 0;
  const auto share = std::llround(config.validation * static_cast<double>(windows));
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share));
}

/// The number of windows needed so that `least` are left to train on.
inline std::uint64_t windows_needed(const TrainerConfig& config, std::uint64_t least) {
  std::uint64_t windows = least;
  while (windows - count_held_out(config, windows) < least) ++windows;
  return windows;
}

/// The frames in the first `windows` windows of the clips, including their targets.
inline std::vector<Clip> frames_of_windows(std::span<const Clip> clips, std::uint64_t windows,
                                           const TrainerConfig& config) {
  std::vector<Clip> frames;
  for (const Clip& clip : clips) {
    const std::uint64_t some = std::min(windows, count_windows(clip, config));
    windows -= some;
    if (some > 0) frames.push_back({clip.start, some + window_frames(config) - 1});
  }
  return frames;
}

/// The frames that a group can start at, without what is held out.
inline std::vector<Clip> learned_starts(std::span<const Clip> clips, const TrainerConfig& config) {
  const std::uint64_t windows = count_windows(clips, config);
  std::vector<Clip> starts = frames_of_windows(clips, windows - count_held_out(config, windows), config);
  for (Clip& clip : starts) clip.frames -= static_cast<std::uint64_t>(config.group) - 1;
  return starts;
}

inline std::uint64_t count_frames(std::span<const Clip> clips) {
  std::uint64_t frames = 0;
  for (const Clip& clip : clips) frames += clip.frames;
  return frames;
}

/// The first groups of all windows of a sound, sorted by start. The last ones are held out; their targets are in no
/// window before them.
class Windows {
 public:
  void lay_out(Arena& arena, const TrainerConfig& config, std::uint64_t windows) {
    starts_ = arena.take<std::int64_t>(windows);
    held_out_ = static_cast<std::size_t>(count_held_out(config, windows));
  }

  void list(std::span<const Clip> clips, const Groups& groups, const TrainerConfig& config) {
    std::size_t next = 0;
    for (const Clip& clip : clips) {
      const std::uint64_t windows = count_windows(clip, config);
      for (std::uint64_t w = 0; w < windows; ++w)
        starts_[next++] = static_cast<std::int64_t>(groups.at(clip.start + w));
    }
  }

  std::span<const std::int64_t> all() const { return starts_; }
  std::span<const std::int64_t> trained() const { return starts_.first(starts_.size() - held_out_); }
  std::span<const std::int64_t> held_out() const { return starts_.last(held_out_); }
  /// The windows for measuring predictions: held out, or trained on if none are held out.
  std::span<const std::int64_t> to_measure() const { return held_out_ > 0 ? held_out() : trained(); }

 private:
  std::span<std::int64_t> starts_;
  std::size_t held_out_ = 0;
};

}  // namespace lodestone
