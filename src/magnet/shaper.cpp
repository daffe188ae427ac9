#include "magnet/shaper.hpp"

#include <algorithm>
#include <cmath>

#include "phase/blocks.hpp"
#include "spectrum/clean.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using V = Floats<4>;

}  // namespace

void Shaper::prepare(const StftConfig& stft, FirstError& error) {
  bins_ = static_cast<std::size_t>(stft.bins());
  for (Buffer<float>* block : {&octaves_, &shaped_, &smoothed_}) take_block(*block, bins_ + lanes_of<V>, error);
  for (std::size_t k = 0; k < octaves_.size(); ++k) {
    // Bins below 20 Hz get the gain of 20 Hz.
    const double frequency = std::max(20.0, static_cast<double>(k) * stft.sample_rate / stft.size);
    octaves_[k] = static_cast<float>(std::log2(frequency / 1000));
  }
}

std::span<const float> Shaper::process(std::span<const float> frame, float pitch, const PlayerControls& controls) {
  shift(frame, knobs::pitch.nearest(pitch) + knobs::pitch.nearest(controls.pitch));
  tilt(knobs::brightness.nearest(controls.brightness));
  smooth(knobs::smoothing.nearest(controls.smoothing));
  return {smoothed_.data(), bins_};
}

/// Bin k takes its value from k/r, interpolated linearly between two bins.
void Shaper::shift(std::span<const float> frame, float pitch) {
  constexpr float ln_2 = 0.693147181f;
  const float step = exponential(splat<V>(-pitch / 12 * ln_2))[0];
  const auto last = static_cast<float>(bins_ - 1);
  for (std::size_t k = 0; k < bins_; ++k) {
    const float place = static_cast<float>(k) * step;
    const auto below = static_cast<std::size_t>(std::min(place, last));
    const float share = place - static_cast<float>(below);
    const float above = below + 1 < bins_ ? frame[below + 1] : 0;
    shaped_[k] = share < 1 ? frame[below] + share * (above - frame[below]) : 0;
  }
}

void Shaper::tilt(float decibels) {
  if (decibels == 0) return;
  constexpr float nepers = 0.115129255f;  // per decibel
  for (std::size_t k = 0; k < bins_; k += lanes_of<V>) {
    const V gain = exponential(load<V>(octaves_.data() + k) * (decibels * nepers));
    store(shaped_.data() + k, load<V>(shaped_.data() + k) * gain);
  }
}

void Shaper::smooth(float share) {
  for (std::size_t k = 0; k < bins_; ++k) {
    smoothed_[k] = small_to_zero(shaped_[k] + share * (smoothed_[k] - shaped_[k]));
  }
}

}  // namespace lodestone
