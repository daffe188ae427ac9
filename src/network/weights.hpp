#pragma once

#include "lodestone/network.hpp"

namespace lodestone {

/// Whether these are the tensors of such a network; the error names the first tensor that differs.
Status check_shapes(const NetworkConfig& config, std::span<const TensorView> weights);

}  // namespace lodestone
