#include <array>
#include <cmath>

#include "errors/message.hpp"
#include "lodestone/phase.hpp"
#include "phase/lws_schedule.hpp"

namespace lodestone {
namespace {

/// Names a field in errors: of a stage, with its number, or of a stream.
struct Place {
  int stage = -1;

  Error refuse(const char* field, double value, const char* allowed) const {
    if (stage < 0) return out_of_range(field, value, allowed);
    return refused("stages[{}].{} is {}; allowed: {}", stage, field, value, allowed);
  }
};

Status check_not_negative(const Place& place, const char* field, double value) {
  if (std::isfinite(value) && value >= 0) return {};
  return place.refuse(field, value, "0 or more");
}

Status check_sparsity(const Place& place, double alpha, double beta, double gamma) {
  if (auto error = check_not_negative(place, "alpha", alpha)) return error;
  if (auto error = check_not_negative(place, "beta", beta)) return error;
  return check_not_negative(place, "gamma", gamma);
}

Status check_range(int weight_range) {
  if (weight_range >= 1 && weight_range <= 64) return {};
  return out_of_range("weight_range", weight_range, "1 to 64");
}

Status check_stage(const PhaseStage& stage, const Place& place) {
  const bool once = stage.method == PhaseMethod::pghi || stage.method == PhaseMethod::spsi;
  if (stage.iterations < 1 || stage.iterations > (once ? 1 : 10000)) {
    return place.refuse("iterations", stage.iterations, once ? "1" : "1 to 10000");
  }
  if (is_lws(stage.method)) return check_sparsity(place, stage.alpha, stage.beta, stage.gamma);
  if (stage.momentum >= 0 && stage.momentum <= 2) return {};
  return place.refuse("momentum", stage.momentum, "0 to 2");
}

constexpr std::array<std::string_view, 7> kPresets{"best", "music", "griffin-lim", "fast", "speech", "pghi", "spsi"};

PhaseStage lws(PhaseMethod method, int iterations, double alpha) {
  return {.method = method, .iterations = iterations, .alpha = alpha};
}

PhaseStage griffin_lim_with(int iterations, double momentum) {
  return {.method = PhaseMethod::griffin_lim, .iterations = iterations, .momentum = momentum};
}

}  // namespace

Status PhaseConfig::check() const {
  if (stages.empty()) return refused("stages is empty; allowed: 1 to 100 stages");
  if (stages.size() > 100) return out_of_range("the number of stages", static_cast<double>(stages.size()), "1 to 100");
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (auto error = check_stage(stages[i], {static_cast<int>(i)})) return error;
  }
  if (look_ahead < 0 || look_ahead > 64) return out_of_range("look_ahead", look_ahead, "0 to 64");
  return check_range(weight_range);
}

Status PhaseStreamConfig::check() const {
  if (method != PhaseMethod::online && method != PhaseMethod::spsi) {
    return refused("method of a phase stream; allowed: online, spsi");
  }
  if (iterations < 0 || iterations > 100) return out_of_range("iterations", iterations, "0 to 100");
  if (look_ahead < 0 || look_ahead > 16) return out_of_range("look_ahead", look_ahead, "0 to 16");
  if (auto error = check_range(weight_range)) return error;
  if (auto error = check_sparsity({}, alpha, beta, gamma)) return error;
  return check_not_negative({}, "level", static_cast<double>(level));
}

bool phase_preset(std::string_view name, PhaseConfig& config) {
  using enum PhaseMethod;
  PhaseConfig preset;
  if (name == "best") {
    preset.stages = {lws(nofuture, 1, 1), lws(online, 10, 1), griffin_lim_with(30, 0.99)};
  } else if (name == "fast") {
    preset.stages = {lws(online, 2, 1), griffin_lim_with(5, 0.5)};
  } else if (name == "music") {
    preset.stages = {lws(nofuture, 1, 1), lws(online, 10, 1), lws(batch, 100, 100)};
  } else if (name == "speech") {
    preset.stages = {lws(batch, 100, 100)};
  } else if (name == "griffin-lim") {
    preset.stages = {griffin_lim_with(100, 0.99)};
  } else if (name == "pghi") {
    preset.stages = {{.method = pghi}};
  } else if (name == "spsi") {
    preset.stages = {{.method = spsi}};
  } else {
    return false;
  }
  config = std::move(preset);
  return true;
}

std::span<const std::string_view> phase_presets() { return kPresets; }

}  // namespace lodestone
