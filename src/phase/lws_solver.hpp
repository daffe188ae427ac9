#pragma once

#include "lodestone/budget.hpp"
#include "lodestone/phase.hpp"
#include "phase/lattice.hpp"
#include "phase/lws_schedule.hpp"

namespace lodestone {

/// LWS over a whole signal.
class LwsSolver {
 public:
  void prepare(const StftConfig& stft, int weight_range, std::uint64_t frames, FirstError& error);

  /// Takes the spectrum, whose absolute values are the magnitudes.
  void begin(const Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, StageSchedule schedule);
  /// True when the stage is done.
  bool step(Budget& budget);
  /// The spectrum so far.
  void get(Array2<std::complex<float>>& spectrum);

  const LwsKernel& kernel() const { return kernel_; }

 private:
  LwsKernel kernel_;
  Lattice lattice_;
  StageSchedule schedule_;
};

}  // namespace lodestone
