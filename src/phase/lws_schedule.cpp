#include "phase/lws_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone {

Result<Thresholds> Thresholds::create(int iterations, double alpha, double beta, double gamma) {
  auto factors = Buffer<double>::create(iterations);
  if (!factors) return factors.error();
  for (int i = 0; i < iterations; ++i) (*factors)[i] = alpha * std::exp(-beta * std::pow(i, gamma));
  Thresholds thresholds;
  thresholds.factors_ = std::move(*factors);
  return thresholds;
}

void OnlineSchedule::begin(std::int64_t newest, double level) {
  newest_ = newest;
  level_ = level;
  iteration_ = -1;
  frame_ = newest;
}

bool OnlineSchedule::next(LwsTask& task) {
  if (iteration_ == thresholds_.iterations()) return false;
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

Result<StageSchedule> StageSchedule::create(const PhaseStage& stage, int look_ahead, std::int64_t frames,
                                            double level) {
  auto thresholds = Thresholds::create(stage.iterations, stage.alpha, stage.beta, stage.gamma);
  if (!thresholds) return thresholds.error();
  StageSchedule schedule;
  schedule.method_ = stage.method;
  schedule.frames_ = frames;
  schedule.level_ = level;
  if (stage.method == PhaseMethod::online) {
    schedule.online_ = OnlineSchedule(std::move(*thresholds), look_ahead);
  } else {
    schedule.thresholds_ = std::move(*thresholds);
  }
  return schedule;
}

bool StageSchedule::next(LwsTask& task) {
  if (method_ != PhaseMethod::online) return next_sweep(task);
  for (;;) {
    if (begun_ && online_.next(task)) return true;
    if (frame_ == frames_) return false;
    online_.begin(frame_++, level_);
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
