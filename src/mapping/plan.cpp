#include "mapping/plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mapping/kernel_fit.hpp"
#include "mapping/linear.hpp"
#include "mapping/mlp_fit.hpp"

namespace lodestone {

namespace {

bool is_taught(const TrainingSet& set, std::size_t output) {
  for (std::size_t r = 0; r < set.targets.rows(); ++r) {
    if (!std::isnan(set.targets(r, output))) return true;
  }
  return false;
}

bool taught_alike(const TrainingSet& set, std::size_t a, std::size_t b) {
  for (std::size_t r = 0; r < set.targets.rows(); ++r) {
    if (std::isnan(set.targets(r, a)) != std::isnan(set.targets(r, b))) return false;
  }
  return true;
}

OutputChoice choice_of(const MappingSettings& settings, std::size_t output, std::size_t inputs) {
  OutputChoice choice{settings.config.model};
  if (!settings.outputs.empty()) choice = settings.outputs[output];
  if (choice.inputs.empty()) {
    choice.inputs.resize(inputs);
    std::iota(choice.inputs.begin(), choice.inputs.end(), 0u);
  }
  return choice;
}

}  // namespace

std::vector<Lot> plan(const TrainingSet& set, const MappingSettings& settings) {
  std::vector<Lot> lots;
  for (std::uint32_t output = 0; output < set.targets.cols(); ++output) {
    if (!is_taught(set, output)) continue;
    OutputChoice choice = choice_of(settings, output, set.inputs.cols());
    const auto found = std::find_if(lots.begin(), lots.end(), [&](const Lot& lot) {
      return lot.model == choice.model && lot.task.inputs == choice.inputs &&
             taught_alike(set, lot.task.outputs[0], output);
    });
    if (found != lots.end()) {
      found->task.outputs.push_back(output);
    } else {
      lots.push_back({choice.model, {std::move(choice.inputs), {output}}});
    }
  }
  return lots;
}

std::unique_ptr<Fit> make_fit(const Lot& lot, const MappingConfig& config) {
  switch (lot.model) {
    case Regression::kernel:
      return std::make_unique<KernelFit>(lot.task);
    case Regression::mlp:
      return std::make_unique<MlpFit>(lot.task, config);
    case Regression::linear:
      return std::make_unique<LinearFit>(lot.task, config);
  }
  return nullptr;
}

}  // namespace lodestone
