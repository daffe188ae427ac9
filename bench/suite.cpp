#include "suite.hpp"

#include <algorithm>

namespace lodestone::bench {

std::size_t Suite::find(std::string_view name) const {
  const auto found = std::find_if(workloads_.begin(), workloads_.end(), [&](auto& w) { return w.name == name; });
  return static_cast<std::size_t>(found - workloads_.begin());
}

double Suite::setup(std::size_t index, const Sounds& sounds) {
  release(index);
  prepared_[index] = workloads_[index].setup(sounds);
  return prepared_[index]->units;
}

void Suite::before(std::size_t index, int runs) {
  if (prepared_[index]->before) prepared_[index]->before(runs);
}

void Suite::run(std::size_t index, int runs) {
  const auto& run = prepared_[index]->run;
  for (int i = 0; i < runs; ++i) run();
}

}  // namespace lodestone::bench
