#pragma once

#include "lodestone/formats.hpp"

namespace lodestone {

/// Views of the weights of `to.model.network`, under the names of `tensor_shapes`. Fails if one is missing, has the
/// wrong shape or is not finite, or if the file contains an unknown tensor.
Status view_weights(const Safetensors& file, ModelFile& to);

}  // namespace lodestone
