#pragma once

#include <cstdint>

#include "lodestone/budget.hpp"

namespace lodestone {

/// How much of a hop's work is due by when: as much of it as of the output that is played meanwhile. What a hop costs
/// is foretold by those before it: up at once, down slowly, since work left over at the end costs more than work done
/// early.
class Spread {
 public:
  /// `cost`: about what the first hop will cost.
  explicit Spread(std::int64_t cost) : foretold_(cost) {}

  void begin() { spent_ = 0; }
  /// What may be spent now that `played` of `hop` samples are out; all that it takes at the end.
  Budget due(std::int64_t played, std::int64_t hop) const {
    return played == hop ? Budget::unlimited() : Budget{foretold_ * played / hop - spent_};
  }
  void spend(std::int64_t cost) { spent_ += cost; }
  void finish() {
    const std::int64_t error = spent_ - foretold_;
    foretold_ += error > 0 ? error : error / 8;
  }

 private:
  std::int64_t foretold_, spent_ = 0;
};

}  // namespace lodestone
