#pragma once

#include <span>

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"
#include "lodestone/player.hpp"

namespace lodestone {

/// Changes the pitch and brightness of dreamed frames and smooths them over time.
class Shaper {
 public:
  void prepare(const StftConfig& stft, FirstError& error);

  /// Shapes a dreamed frame `[bins]`. `pitch` in semitones.
  std::span<const float> process(std::span<const float> frame, float pitch, const PlayerControls& controls);

 private:
  void shift(std::span<const float> frame, float pitch);
  void tilt(float decibels);
  void smooth(float share);

  // Rounded up to whole vectors.
  Buffer<float> octaves_;  ///< of each bin above 1 kHz
  Buffer<float> shaped_;   ///< the newest frame, before smoothing
  Buffer<float> smoothed_;
  std::size_t bins_ = 0;
};

}  // namespace lodestone
