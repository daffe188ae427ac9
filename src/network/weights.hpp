#pragma once

#include "lodestone/network.hpp"

namespace lodestone {

/// Whether `weights` has the shapes that `config` asks for; the message names the first tensor that has not.
Status check_shapes(const NetworkConfig& config, const Weights& weights);

}  // namespace lodestone
