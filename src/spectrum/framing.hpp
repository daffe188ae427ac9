#pragma once

#include <cstdint>

#include "lodestone/stft.hpp"

namespace lodestone {

/// Where the windows of a configuration lie. Positions are relative to the first sample under the window of frame 0;
/// the window of frame m covers m·hop .. m·hop + window.
struct Layout {
  explicit Layout(const StftConfig& config);

  /// The number of frames in a signal of this many samples; 0 if it is too short.
  std::uint64_t frames(std::uint64_t samples) const;
  /// The number of samples that this many frames determine, for signals of unknown length.
  std::uint64_t samples(std::uint64_t frames) const;
  /// How far a signal can extend at most past the start of its last window.
  std::int64_t last_run() const;
  /// The fewest samples that give a frame.
  std::uint64_t shortest() const;

  Framing framing;
  std::int64_t size, window, hop;
  std::int64_t margin;  ///< zeros before the window in the FFT's frame
  std::int64_t lead;    ///< position of the signal's first sample; negative if the first window begins after it
};

}  // namespace lodestone
