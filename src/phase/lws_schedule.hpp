#pragma once

#include <cstdint>

#include "lodestone/phase.hpp"
#include "phase/lws_kernel.hpp"

namespace lodestone {

/// Whether this method is a form of LWS.
inline bool is_lws(PhaseMethod method) {
  return method == PhaseMethod::nofuture || method == PhaseMethod::online || method == PhaseMethod::batch;
}

/// The thresholds of sparse LWS: alpha·exp(−beta·i^gamma)·level in iteration i = 0, 1 … (Le Roux et al. 2010a, section
/// 4).
class Thresholds {
 public:
  void prepare(int iterations, double alpha, double beta, double gamma, FirstError& error);

  int iterations() const { return static_cast<int>(factors_.size()); }
  float at(int iteration, double level) const { return threshold_for(factors_[iteration] * level); }

 private:
  Buffer<double> factors_;
};

/// The updates of online LWS when frame m arrives: an estimate from the left, then in each iteration the look-ahead
/// frames and frame m (Le Roux et al. 2010b, section 3; Zhu et al. 2007).
class OnlineSchedule {
 public:
  Thresholds& thresholds() { return thresholds_; }
  void set_look_ahead(int frames) { look_ahead_ = frames; }

  /// Frame `newest` has arrived; `level` is used for mean(A). `iterations`: at most the number of thresholds.
  void begin(std::int64_t newest, double level, int iterations);
  /// The next update; false if there is none.
  bool next(LwsTask& task);

 private:
  Thresholds thresholds_;
  int look_ahead_ = 0;
  std::int64_t newest_ = 0, frame_ = 0;
  double level_ = 0;
  int iteration_ = 0, iterations_ = 0;
};

/// The updates of a stage over a whole signal, in order.
class StageSchedule {
 public:
  /// `stage` is one of the LWS methods; `level` is mean(A).
  void prepare(const PhaseStage& stage, int look_ahead, std::int64_t frames, double level, FirstError& error);

  bool next(LwsTask& task);

 private:
  bool next_sweep(LwsTask& task);

  PhaseMethod method_ = PhaseMethod::batch;
  Thresholds thresholds_;
  OnlineSchedule online_;
  std::int64_t frames_ = 0, frame_ = 0;
  double level_ = 0;
  int iteration_ = 0;
  bool begun_ = false;
};

}  // namespace lodestone
