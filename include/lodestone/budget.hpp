#pragma once

#include <cstdint>

namespace lodestone {

/// The work still allowed in a slice, in multiply-adds (approximately; a square root counts as eight). The costs of a
/// player are measured in the time that a multiply-add of a large matrix product takes in WebAssembly, so that equal
/// budgets take equal time.
///
/// Stages that run on the audio thread can be called in two ways. `process` does everything at once. `begin` takes the
/// input; each `step(budget)` then does at least one indivisible unit of work, continues while the budget lasts, and
/// returns true once the result is ready. Both ways give bit-identical results.
struct Budget {
  std::int64_t left;

  /// Enough for anything.
  static Budget unlimited() { return {INT64_MAX}; }

  /// Charges `cost`; true while some budget is left.
  bool spend(std::int64_t cost) {
    left -= cost;
    return left > 0;
  }
};

}  // namespace lodestone
