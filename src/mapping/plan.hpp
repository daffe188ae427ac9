#pragma once

#include <memory>
#include <vector>

#include "mapping/fit.hpp"
#include "mapping/lesson.hpp"

namespace lodestone {

/// Outputs that one model computes: they chose the same model and inputs, and the same rows teach them.
struct Lot {
  Regression model;
  Task task;

  bool operator==(const Lot&) const = default;
};

/// The lots of a mapping. Outputs that no row teaches are in none.
std::vector<Lot> plan(const TrainingSet& set, const MappingSettings& settings);

std::unique_ptr<Fit> make_fit(const Lot& lot, const MappingConfig& config);

}  // namespace lodestone
