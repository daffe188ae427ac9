#pragma once

#include <cstdint>

namespace lodestone {

/// The project's only random number generator: PCG32 (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient
/// Statistically Good Algorithms for Random Number Generation", XSH-RR 64/32). The same seed gives the same numbers on
/// every machine.
class Random {
 public:
  explicit Random(std::uint32_t seed) {
    next();
    state_ += seed;
    next();
  }

  /// Uniform over all 32-bit integers.
  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005u + 1442695040888963407u;
    const auto word = static_cast<std::uint32_t>(((old >> 18u) ^ old) >> 27u);
    const auto turn = static_cast<std::uint32_t>(old >> 59u);
    return (word >> turn) | (word << ((32u - turn) & 31u));
  }

  /// Uniform in 0 .. bound-1 without bias (rejection); bound ≥ 1.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    for (;;) {
      const std::uint32_t word = next();
      if (word >= threshold) return word % bound;
    }
  }

  /// Uniform in [0, 1) in steps of 2^-24, exact in float.
  float uniform() { return static_cast<float>(next() >> 8) * 0x1p-24f; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace lodestone
