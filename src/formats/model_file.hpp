#pragma once

#include "lodestone/formats.hpp"

namespace lodestone {

/// The weights of a network that is known already, under the names of `tensor_shapes`. Refused where one is missing,
/// has another shape or is not finite, and where the file holds a tensor that no model has.
Result<Weights> read_weights(const Safetensors& file, const NetworkConfig& network);

}  // namespace lodestone
