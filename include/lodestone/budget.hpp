#pragma once

#include <cstdint>

namespace lodestone {

/// What a slice of work may still cost, in multiply-adds (about; a square root counts as eight). What a player does
/// counts as many as a big matrix product makes in the same time in WebAssembly, so that equal budgets take equal time.
///
/// A stage of the audio thread has two faces. `process` does everything at once. `begin` takes the input, then each
/// `step(budget)` does at least one indivisible unit and goes on while the budget lasts; it returns true once the
/// result is ready. Both faces give the same bits.
struct Budget {
  std::int64_t left;

  /// Enough for anything.
  static Budget unlimited() { return {INT64_MAX}; }

  /// Charges `cost`; true while there is something left.
  bool spend(std::int64_t cost) {
    left -= cost;
    return left > 0;
  }
};

}  // namespace lodestone
