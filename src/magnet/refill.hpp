#pragma once

#include <cstddef>
#include <cstdint>

#include "lodestone/player.hpp"

namespace lodestone {

/// After a jump, the network is fed groups of frames of the training sound. With a silent start it reads all of them at
/// once, and then predicts. With an audible start, training frames are heard meanwhile, and during each group the
/// network reads a share; the last group heard is fed later, as the newest of the dream.
struct Refill {
  std::size_t row = 0;      ///< target of the jump, then the next frame to be heard
  std::size_t heard = 0;    ///< groups still to be heard
  std::size_t left = 0;     ///< groups still to be fed
  std::size_t lead = 0;     ///< rows between the first frame that is fed and `row`
  std::size_t skipped = 0;  ///< rows between `row` and the first frame that is heard
  std::int64_t share = 0;   ///< work per group
  std::int64_t credit = 0;  ///< work allowed now

  /// The number of possible targets of a jump. The training sound is a loop, but a silent start needs a window that
  /// does not wrap around.
  static std::size_t places(Start start, std::size_t rows, std::size_t past) {
    return start == Start::silent ? rows - past + 1 : rows;
  }

  Refill() = default;
  Refill(Start start, std::size_t place, std::size_t sequence, std::size_t group) : row(place) {
    if (start == Start::silent) {
      left = sequence;
      skipped = sequence * group;
    } else {
      heard = sequence / 2 + 1;
      left = sequence - 1;
      lead = (sequence - heard) * group;
    }
  }

  void divide(std::int64_t work) { share = work / static_cast<std::int64_t>(heard > 0 ? heard : 1) + 1; }

  /// Grants the next group its share of the work; the last group does the rest.
  void begin_group() {
    if (heard > 0) --heard;
    credit = heard > 0 ? credit + share : INT64_MAX;
  }
};

}  // namespace lodestone
