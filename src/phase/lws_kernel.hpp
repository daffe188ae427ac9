#pragma once

#include <cstdint>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "phase/lattice.hpp"
#include "phase/lws_loops.hpp"
#include "phase/lws_weights.hpp"

namespace lodestone {

/// One update of one frame: which neighbours count and which bins change.
struct LwsTask {
  std::int64_t frame = 0;
  LwsKind kind = LwsKind::full;
  std::int64_t newest = 0;  ///< the last frame that counts as a neighbour
  float threshold = 0;      ///< bins above it change
};

/// The largest float that is not above: A > threshold says the same for a float A.
float threshold_for(double value);

/// The updates of frames, which batch, no-future, online and the stream share (Le Roux et al. 2010a, eq. 13): bin by
/// bin upwards, each bin takes the phase of the weighted sum of its neighbours; new values count at once.
///
/// Up to kLwsLanes updates that follow one another are under way, a chunk of bins of each at a time, every one so far
/// behind the one before that it reads exactly what it would read after it. The other frames' share of the sums is a
/// convolution along the bins; the chain of roots and divisions along a frame's own bins runs in as many lanes.
class LwsKernel {
 public:
  void prepare(const StftConfig& stft, int weight_range, FirstError& error);

  int reach() const { return weights_.reach(); }
  Lattice::Shape shape() const { return {weights_.range(), loops_->chunk, weights_.twice_centre()}; }

  /// Forgets all updates.
  void reset() { used_ = 0; }
  bool is_idle() const { return used_ == 0; }
  bool is_full() const { return used_ == kLwsLanes; }
  /// Takes the next update, unless it is full; returns what that cost.
  std::int64_t begin(Lattice& lattice, const LwsTask& task);
  /// Goes on with all updates; returns what that cost.
  std::int64_t step(const Lattice& lattice);

  /// Cost of an update in which all bins change.
  std::int64_t cost(LwsKind kind, int bins) const;
  /// Cost of one bin that changes, and of an update in which none does.
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
  Buffer<float> own_;  ///< the weights within the frame, `[lane][cos, sin][k − 1]`
  Buffer<Work> work_;  ///< one
  int oldest_ = 0, used_ = 0;
  int own_used_[3] = {};  ///< neighbours to each side that count within the frame, by kind
};

/// Makes the updates of a schedule. True when all are done.
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
