#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "clock.hpp"

namespace lodestone::bench {
namespace {

/// As many runs as take long enough for the clock's resolution.
int runs_per_sample(double milliseconds_of_one) {
  constexpr double sample = 1;
  return static_cast<int>(std::clamp(sample / milliseconds_of_one, 1.0, 1e6));
}

void print_time(double milliseconds) {
  if (milliseconds >= 1) {
    std::printf("%10.3f ms", milliseconds);
  } else if (milliseconds >= 1e-3) {
    std::printf("%10.3f µs", milliseconds * 1e3);
  } else {
    std::printf("%10.3f ns", milliseconds * 1e6);
  }
}

bool print_workload(Suite& suite, const Sounds& sounds, std::size_t index, double seconds) {
  const Workload& workload = suite.workload(index);
  const double units = suite.setup(index, sounds);
  const double first = time_runs(suite, index, 1) / units;
  const int runs = runs_per_sample(time_runs(suite, index, 1));
  std::vector<double> times;
  for (double spent = 0; spent < 1000 * seconds || times.empty();) {
    const double milliseconds = time_runs(suite, index, runs);
    spent += milliseconds;
    times.push_back(milliseconds / runs / units);
  }
  std::sort(times.begin(), times.end());
  const auto percentile = [&](double share) {
    return times[static_cast<std::size_t>(std::lround(share * static_cast<double>(times.size() - 1)))];
  };
  std::printf("%-28s", workload.name.c_str());
  for (const double time : {first, percentile(0.5), times.front(), percentile(0.95)}) print_time(time);
  const double checksum = suite.checksum(index);
  const bool right = workload.is_right(checksum);
  std::printf("  per %s", workload.unit.c_str());
  if (!right) std::printf("  WRONG: checksum %.9g, expected %.9g", checksum, workload.expected);
  std::printf("\n");
  std::fflush(stdout);
  suite.release(index);
  return right;
}

}  // namespace

bool print_table(Suite& suite, const Sounds& sounds, std::string_view only, double seconds) {
  std::printf("%-28s%13s%13s%13s%13s\n", "workload", "first call", "median", "minimum", "95 %");
  bool right = true;
  for (std::size_t i = 0; i < suite.size(); ++i) {
    if (suite.workload(i).name.find(only) == std::string::npos) continue;
    right = print_workload(suite, sounds, i, seconds) && right;
  }
  return right;
}

}  // namespace lodestone::bench
