#pragma once

#include <functional>

#include "cli/host.hpp"
#include "cli/report.hpp"
#include "lodestone/mapping.hpp"

namespace lodestone::cli {

/// Trains until it is over, or the user asks to stop.
Result<MappingModel> train_mapping(const Examples& examples, const MappingSettings& settings, Host& host,
                                   const std::function<void(double share)>& on_progress = {});

/// Adds tables with the errors of every model on parts of the examples that it has not seen.
Status evaluate_models(const Examples& examples, const MappingSettings& settings, Host& host, Report& report);

}  // namespace lodestone::cli
