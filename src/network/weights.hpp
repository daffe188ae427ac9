#pragma once

#include "lodestone/network.hpp"

namespace lodestone {

/// Whether `weights` has the shapes given by `config`; the error names the first tensor that differs.
Status check_shapes(const NetworkConfig& config, const Weights& weights);

}  // namespace lodestone
