#include "phase/lws_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "phase/blocks.hpp"

namespace lodestone {

void Thresholds::prepare(int iterations, double alpha, double beta, double gamma, FirstError& error) {
  take_block(factors_, static_cast<std::uint64_t>(iterations), error);
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    factors_[i] = alpha * std::exp(-beta * std::pow(static_cast<double>(i), gamma));
  }
}

void OnlineSchedule::begin(std::int64_t newest, double level, int iterations) {
  iterations_ = iterations;
  newest_ = newest;
  level_ = level;
  iteration_ = -1;
  frame_ = newest;
}

bool OnlineSchedule::next(LwsTask& task) {
  if (iteration_ == iterations_) return false;
  const bool newest = frame_ == newest_;
  if (iteration_ < 0) {
    task = {newest_, LwsKind::initial, newest_, 0};
  } else {
    task = {frame_, newest ? LwsKind::newest : LwsKind::full, newest_, thresholds_.at(iteration_, level_)};
  }
  if (newest) {
    ++iteration_;
    frame_ = std::max<std::int64_t>(0, newest_ - look_ahead_);
  } else {
    ++frame_;
  }
  return true;
}

void StageSchedule::prepare(const PhaseStage& stage, int look_ahead, std::int64_t frames, double level,
                            FirstError& error) {
  method_ = stage.method;
  frames_ = frames;
  level_ = level;
  online_.set_look_ahead(look_ahead);
  auto& thresholds = method_ == PhaseMethod::online ? online_.thresholds() : thresholds_;
  thresholds.prepare(stage.iterations, stage.alpha, stage.beta, stage.gamma, error);
}

bool StageSchedule::next(LwsTask& task) {
  if (method_ != PhaseMethod::online) return next_sweep(task);
  for (;;) {
    if (begun_ && online_.next(task)) return true;
    if (frame_ == frames_) return false;
    online_.begin(frame_++, level_, online_.thresholds().iterations());
    begun_ = true;
  }
}

bool StageSchedule::next_sweep(LwsTask& task) {
  if (iteration_ == thresholds_.iterations()) return false;
  const bool batch = method_ == PhaseMethod::batch;
  task = {frame_, batch ? LwsKind::full : LwsKind::initial, batch ? std::numeric_limits<std::int64_t>::max() : frame_,
          thresholds_.at(iteration_, level_)};
  if (++frame_ == frames_) {
    frame_ = 0;
    ++iteration_;
  }
  return true;
}

}  // namespace lodestone
