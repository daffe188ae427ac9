#pragma once

#include <cstdint>
#include <optional>

#include "lodestone/player.hpp"

namespace lodestone {

/// The scheduled jumps of a dream: DreamConfig's points in a loop, or its position once.
class Schedule {
 public:
  /// The target of the next frame, if it jumps.
  std::optional<double> next(const DreamConfig& config) {
    if (left_-- > 0) return {};
    const std::size_t count = config.points.size();
    left_ = count > 0 ? config.lengths[point_] - 1 : INT64_MAX;
    const double position = count > 0 ? config.points[point_] : config.position;
    if (count > 0) point_ = (point_ + 1) % count;
    return position;
  }

 private:
  std::size_t point_ = 0;
  std::int64_t left_ = 0;  ///< frames until the next point
};

}  // namespace lodestone
