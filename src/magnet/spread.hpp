#pragma once

#include <cstdint>

#include "lodestone/budget.hpp"

namespace lodestone {

/// How much of a hop's work is due at any time: the same share as that of the output played so far. Part of the cost is
/// known when the hop begins; the rest, the phases of bins that are loud enough, is estimated from previous hops. The
/// estimate rises at once and falls slowly, because work left for the end is worse than work done early.
class Spread {
 public:
  /// `rest`: an estimate of the unknown cost of the first hop.
  explicit Spread(std::int64_t rest) : rest_(rest) {}

  void begin(std::int64_t known) {
    known_ = known;
    spent_ = 0;
  }
  /// The budget after `played` of `hop` samples; unlimited at the end.
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
