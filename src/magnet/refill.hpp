#pragma once

#include <cstddef>
#include <cstdint>

#include "lodestone/player.hpp"

namespace lodestone {

/// What follows a jump: the network is fed frames of the training sound. With a silent start all at once, then it
/// predicts. With an audible one, a share with each frame that is heard of the training sound meanwhile; the last of
/// these is fed later, as the newest frame of the dream.
struct Refill {
  std::size_t row = 0;      ///< the place of the jump, then the next frame that is heard
  std::size_t heard = 0;    ///< frames still to be heard
  std::size_t left = 0;     ///< frames still to be fed
  std::size_t lead = 0;     ///< rows by which the first frame that is fed lies before `row`
  std::size_t skipped = 0;  ///< rows by which the first frame that sounds lies after `row`
  std::int64_t share = 0;   ///< work per frame
  std::int64_t credit = 0;  ///< work that may be done now

  /// How many places a jump can lead to. The training sound is a loop, but a silent start needs a window without a
  /// seam.
  static std::size_t places(Start start, std::size_t rows, std::size_t sequence) {
    return start == Start::silent ? rows - sequence + 1 : rows;
  }

  Refill() = default;
  Refill(Start start, std::size_t place, std::size_t sequence) : row(place) {
    if (start == Start::silent) {
      left = skipped = sequence;
    } else {
      heard = sequence / 2 + 1;
      left = sequence - 1;
      lead = sequence - heard;
    }
  }

  void divide(std::int64_t work) { share = work / static_cast<std::int64_t>(heard > 0 ? heard : 1) + 1; }

  /// Gives the next frame its share; the last one does what remains.
  void begin_frame() {
    if (heard > 0) --heard;
    credit = heard > 0 ? credit + share : INT64_MAX;
  }
};

}  // namespace lodestone
