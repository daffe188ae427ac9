#pragma once

#include <memory>

#include "mapping/fit.hpp"

namespace lodestone {

/// Learns classes from the labelled takes: k nearest neighbours with rejection. See MappingConfig.
std::unique_ptr<Fit> make_nearest_fit(const MappingConfig& config);
std::unique_ptr<Part> make_nearest_part();

}  // namespace lodestone
