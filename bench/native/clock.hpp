#pragma once

#include <chrono>

#include "suite.hpp"

namespace lodestone::bench {

/// Milliseconds that `runs` runs take in total.
inline double time_runs(Suite& suite, std::size_t workload, int runs) {
  suite.before(workload, runs);
  const auto start = std::chrono::steady_clock::now();
  suite.run(workload, runs);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace lodestone::bench
