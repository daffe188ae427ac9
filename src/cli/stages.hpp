#pragma once

#include <span>

#include "cli/arguments.hpp"
#include "lodestone/phase.hpp"

namespace lodestone::cli {

/// The options that say how phases are found.
std::span<const Option> stage_options();
/// Their values; a preset and stages together are refused.
Result<PhaseConfig> phase_config(const Arguments& arguments);

}  // namespace lodestone::cli
