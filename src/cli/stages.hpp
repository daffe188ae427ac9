#pragma once

#include <span>

#include "cli/arguments.hpp"
#include "lodestone/phase.hpp"

namespace lodestone::cli {

/// The phase options.
std::span<const Option> stage_options();
/// Their values; fails if both a preset and stages are given.
Result<PhaseConfig> phase_config(const Arguments& arguments);

}  // namespace lodestone::cli
