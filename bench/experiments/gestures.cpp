// How well gestures are spotted: prints a JSON array with a line for each way of learning them. The argument is the
// number of streams, of 20 gestures each.

#include <cstdio>
#include <cstdlib>

#include "mapping/spotting.hpp"

constexpr std::uint32_t first_seed = 1000;  // none of those that the thresholds were chosen with

int main(int, char** arguments) {
  const auto streams = static_cast<std::uint32_t>(std::atoi(arguments[1]));
  const char* separator = "[";
  for (const bool average : {false, true}) {
    for (const int takes : {1, 2, 3, 5, 8}) {
      lodestone::MappingConfig config;
      config.average = average;
      Spotting found;
      for (std::uint32_t i = 0; i < streams; ++i) spot(found, first_seed + i, takes, config);
      std::printf(
          "%s{\"average\": %s, \"takes\": %d, \"gestures\": %d, \"right\": %d, \"reports\": %d, \"f1\": %.4f, "
          "\"median\": %.3f, \"p90\": %.3f}",
          separator, average ? "true" : "false", takes, found.gestures, found.right, found.reports, found.f1(),
          found.decided_quantile(0.5), found.decided_quantile(0.9));
      separator = ",\n";
    }
  }
  std::printf("]\n");
}
