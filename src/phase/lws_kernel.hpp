#pragma once

#include <cstdint>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "phase/lattice.hpp"
#include "phase/lws_loops.hpp"
#include "phase/lws_weights.hpp"

namespace lodestone {

/// An update of one frame: which neighbours count and which bins change.
struct LwsTask {
  std::int64_t frame = 0;
  LwsKind kind = LwsKind::full;
  std::int64_t newest = 0;  ///< the last frame used as a neighbour
  float threshold = 0;      ///< only bins above it change
};

/// The largest float not above `value`: comparing a float with either gives the same result.
float threshold_for(double value);

/// Frame updates, shared by batch, no-future, online and the stream (Le Roux et al. 2010a, eq. 13): from low to high
/// bins, each bin takes the phase of the weighted sum of its neighbours, and later bins use the new values.
///
/// Up to kLwsLanes consecutive updates are in progress, advancing chunk by chunk. Each lags so far behind the previous
/// one that it reads exactly what it would read after that one has finished. The contribution of other frames is a
/// convolution along the bins; the dependent chain of square roots and divisions within a frame runs in parallel lanes,
/// one per update.
class LwsKernel {
 public:
  void prepare(const StftConfig& stft, int weight_range, FirstError& error);

  int reach() const { return weights_.reach(); }
  Lattice::Shape shape() const { return {weights_.range(), loops_->chunk, weights_.twice_centre()}; }

  /// Forgets all updates.
  void reset() { used_ = 0; }
  bool is_idle() const { return used_ == 0; }
  bool is_full() const { return used_ == kLwsLanes; }
  /// Starts the next update (it must not be full); returns the cost.
  std::int64_t begin(Lattice& lattice, const LwsTask& task);
  /// Advances all updates; returns the cost.
  std::int64_t step(const Lattice& lattice);

  /// The cost of an update that changes all bins.
  std::int64_t cost(LwsKind kind, int bins) const;
  /// The cost of changing one bin, and of an update that changes none.
  std::int64_t bin_cost(LwsKind kind) const;
  static constexpr std::int64_t kIdleCost = 8;

 private:
  struct Update {
    LwsLane lane;
    std::int64_t chunk_cost;
  };
  struct Work {
    Update updates[kLwsLanes];
    LwsTick tick;
  };

  std::int64_t begin_cost() const;
  void add_taps(const Lattice& lattice, const LwsTask& task, LwsLane& lane, int distance, const float* row);
  Update& update(int i) { return work_[0].updates[(oldest_ + i) % kLwsLanes]; }

  LwsWeights weights_;
  const LwsLoops* loops_ = nullptr;
  Buffer<LwsTap> taps_;
  Buffer<float> own_;  ///< weights within the frame, `[lane][cos, sin][k − 1]`
  Buffer<Work> work_;  ///< a single one
  int oldest_ = 0, used_ = 0;
  int own_used_[3] = {};  ///< neighbours to each side within the frame, by kind
};

/// Runs the updates of a schedule. True when all are done.
template <class Schedule>
bool advance(Schedule& schedule, LwsKernel& kernel, Lattice& lattice, Budget& budget) {
  for (;;) {
    LwsTask task;
    bool left = true;
    while (left && !kernel.is_full()) {
      left = schedule.next(task);
      if (left && !budget.spend(kernel.begin(lattice, task))) return false;
    }
    if (kernel.is_idle()) return true;
    if (!budget.spend(kernel.step(lattice))) return false;
  }
}

}  // namespace lodestone
