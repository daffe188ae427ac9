#pragma once

#include "lodestone/formats.hpp"

namespace lodestone {

/// Reads the weights of a network whose shape is known, under the names of `tensor_shapes`. Fails if one is missing,
/// has the wrong shape or is not finite, or if the file contains an unknown tensor.
Status read_weights(const Safetensors& file, const NetworkConfig& network, Weights& weights);

}  // namespace lodestone
