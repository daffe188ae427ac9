#pragma once

#include <cmath>
#include <span>

namespace lodestone {

/// The part of a dream that one hop plays: at speed 1 the next frame, otherwise an interpolation of two frames.
struct Hop {
  int due = 0;       ///< frames still to be dreamed
  double place = 1;  ///< where the hop lies between the last two frames; 1 is the newest

  /// A jump is heard at once, regardless of the speed.
  void begin(float speed, bool jumps) {
    if (jumps || speed == 1) place = 1;
    place += jumps ? 1 : speed;
    due = static_cast<int>(std::ceil(place)) - 1;
    place -= due;
  }

  void interpolate(std::span<const float> before, std::span<const float> newest, std::span<float> heard) const {
    const auto part = static_cast<float>(place);
    for (std::size_t k = 0; k < heard.size(); ++k) heard[k] = (1 - part) * before[k] + part * newest[k];
  }
};

}  // namespace lodestone
