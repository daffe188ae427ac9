#pragma once

#include <cstdint>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "phase/lattice.hpp"
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

/// The update of a frame, which batch, no-future, online and the stream share (Le Roux et al. 2010a, eq. 13): bin by
/// bin upwards, each bin takes the phase of the weighted sum of its neighbours; new values count at once.
///
/// The other frames' share of the sum is a convolution along the bins, a block at a time. With the weights of bins n+k
/// and n−k conjugate, (c+is)·T[n+k] + (c−is)·T[n−k] = c·(T[n+k] + T[n−k]) + is·(T[n+k] − T[n−k]). The order of
/// summation is that of the taps in every lane, so that a bin's value does not depend on which of its block's bins
/// change.
class LwsKernel {
 public:
  void prepare(const StftConfig& stft, int weight_range, FirstError& error);

  int reach() const { return weights_.reach(); }
  int range() const { return weights_.range(); }

  void begin(Lattice& lattice, const LwsTask& task);
  /// True when the frame is done.
  bool step(Lattice& lattice, Budget& budget);

  /// Cost of an update in which all bins change.
  std::int64_t cost(LwsKind kind, int bins) const;
  /// Cost of one bin that changes, and of a block in which none does.
  std::int64_t bin_cost(LwsKind kind) const;
  static constexpr std::int64_t kIdleCost = 1;

 private:
  struct Tap {
    int distance;  ///< k; 0: c alone counts, once
    float c, s;
  };
  struct Span {
    const float* re;
    const float* im;
    int first, last;  ///< taps
  };
  struct Sums {
    alignas(16) float re[kBlock];
    alignas(16) float im[kBlock];
  };

  void add_taps(const Lattice& lattice, int distance);
  Sums convolve(int bin) const;
  void update_block(Lattice& lattice, int block);

  LwsWeights weights_;
  Buffer<Tap> taps_;    ///< those of the own frame last
  Buffer<Span> spans_;  ///< one a neighbouring frame
  int spans_used_ = 0, taps_used_ = 0, own_first_ = 0;
  LwsTask task_;
  std::uint32_t position_ = 0;
  LatticeRow own_;
  int block_ = 0;
};

/// Makes the updates of a schedule in order; `busy` tells between calls whether the kernel is within one. True when all
/// are done.
template <class Schedule>
bool advance(Schedule& schedule, LwsKernel& kernel, Lattice& lattice, bool& busy, Budget& budget) {
  for (;;) {
    LwsTask task;
    if (!busy) {
      if (!schedule.next(task)) return true;
      kernel.begin(lattice, task);
    }
    busy = !kernel.step(lattice, budget);
    if (budget.left <= 0) return false;
  }
}

}  // namespace lodestone
