#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "workload.hpp"

namespace lodestone::bench {

/// The workloads by number, and those that are set up. Shared by the native program and the WebAssembly module.
class Suite {
 public:
  explicit Suite(std::vector<Workload> all = workloads()) : workloads_(std::move(all)), prepared_(workloads_.size()) {}

  std::size_t size() const { return workloads_.size(); }
  const Workload& workload(std::size_t index) const { return workloads_[index]; }
  /// The number of the workload of that name, or `size()`.
  std::size_t find(std::string_view name) const;

  /// Everything that is not timed; returns the units of one run.
  double setup(std::size_t index, const Sounds& sounds);
  bool is_ready(std::size_t index) const { return prepared_[index].has_value(); }
  /// Frees what `setup` took.
  void release(std::size_t index) { prepared_[index].reset(); }

  // Only after `setup`: `before`, then only `run` between two clock readings, then `checksum`.
  void before(std::size_t index, int runs);
  void run(std::size_t index, int runs);
  double checksum(std::size_t index) const { return prepared_[index]->checksum(); }

 private:
  std::vector<Workload> workloads_;
  std::vector<std::optional<Prepared>> prepared_;
};

}  // namespace lodestone::bench
