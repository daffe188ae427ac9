#pragma once

#include <cstdint>

#include "lodestone/budget.hpp"

namespace lodestone {

/// How much of a hop's work is due by when: as much of it as of the output that is played meanwhile. A part of its cost
/// is known when it begins; the rest, the phases of bins that are loud enough, is foretold by the hops before it: up at
/// once, down slowly, since work that is left over at the end costs more than work done early.
class Spread {
 public:
  /// `rest`: about what the first hop costs beyond what is known.
  explicit Spread(std::int64_t rest) : rest_(rest) {}

  void begin(std::int64_t known) {
    known_ = known;
    spent_ = 0;
  }
  /// What may be spent now that `played` of `hop` samples are out; all that it takes at the end.
  Budget due(std::int64_t played, std::int64_t hop) const {
    return played == hop ? Budget::unlimited() : Budget{(known_ + rest_) * played / hop - spent_};
  }
  void spend(std::int64_t cost) { spent_ += cost; }
  void finish() {
    const std::int64_t error = spent_ - known_ - rest_;
    rest_ += error > 0 ? error : error / 8;
  }

 private:
  std::int64_t known_ = 0, rest_, spent_ = 0;
};

}  // namespace lodestone
