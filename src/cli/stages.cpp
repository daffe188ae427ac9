#include "cli/stages.hpp"

#include <algorithm>
#include <iterator>

#include "cli/facts.hpp"

namespace lodestone::cli {
namespace {

constexpr Option table[] = {
    {"--preset", "NAME", Kind::choice, "predefined stages", "best", 0, 0, facts::phase_presets},
    {"--nofuture", "N[:alpha:beta:gamma]", Kind::stage,
     "LWS, N iterations of each frame from its left neighbours only; the threshold of iteration i is "
     "alpha·exp(−beta·i^gamma)·mean, alpha 0 updates every bin (by default 1:0.1:1)",
     "", 1, 10000},
    {"--online", "N[:alpha:beta:gamma]", Kind::stage, "LWS with look-ahead (by default 1:0.1:1)", "", 1, 10000},
    {"--batch", "N[:alpha:beta:gamma]", Kind::stage, "LWS, N sweeps over all frames (by default 100:0.1:1)", "", 1,
     10000},
    {"--griffin-lim", "N[:momentum]", Kind::stage,
     "Griffin-Lim; with momentum, e.g. 0.99, its fast variant (by default 0)", "", 1, 10000},
    {"--pghi", "", Kind::stage_flag, "phase gradient heap integration; replaces existing phases"},
    {"--spsi", "", Kind::stage_flag, "single-pass spectrogram inversion; replaces existing phases"},
};

struct Method {
  std::string_view option;
  PhaseMethod method;
  double alpha;
};

constexpr Method methods[] = {
    {"--nofuture", PhaseMethod::nofuture, 1}, {"--online", PhaseMethod::online, 1},
    {"--batch", PhaseMethod::batch, 100},     {"--griffin-lim", PhaseMethod::griffin_lim, 0},
    {"--pghi", PhaseMethod::pghi, 0},         {"--spsi", PhaseMethod::spsi, 0},
};

PhaseStage stage(const Method& method, std::string_view value) {
  PhaseStage stage;
  stage.method = method.method;
  stage.alpha = method.alpha;
  if (value.empty()) return stage;
  const auto numbers = stage_numbers(value);
  stage.iterations = static_cast<int>(numbers[0]);
  if (method.method == PhaseMethod::griffin_lim) {
    if (numbers.size() > 1) stage.momentum = numbers[1];
    return stage;
  }
  double* const parameters[] = {&stage.alpha, &stage.beta, &stage.gamma};
  for (std::size_t i = 1; i < std::min(numbers.size(), 1 + std::size(parameters)); ++i) *parameters[i - 1] = numbers[i];
  return stage;
}

}  // namespace

std::span<const Option> stage_options() { return table; }

Result<PhaseConfig> phase_config(const Arguments& arguments) {
  PhaseConfig config;
  for (const Arguments::Given& given : arguments.given()) {
    for (const Method& method : methods) {
      if (given.option->name == method.option) config.stages.push_back(stage(method, given.value));
    }
  }
  if (config.stages.empty()) {
    phase_preset(arguments.text("--preset"), config);
  } else if (arguments.has("--preset")) {
    return Error{ErrorCode::invalid_argument, "--preset is \"" + std::string(arguments.text("--preset")) +
                                                  "\" together with stages; allowed: one or the other"};
  }
  config = arguments.config(facts::phase_options, config);  // these override the preset's
  if (auto error = config.check()) return *error;
  return config;
}

}  // namespace lodestone::cli
