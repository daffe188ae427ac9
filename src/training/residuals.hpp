#pragma once

#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Model::residuals `[bins]`: row i of `predicted` predicts frame `targets[i]` of the sound, both linear.
Result<Buffer<float>> residual_spread(const Array2<float>& sound, std::span<const std::int64_t> targets,
                                      const Array2<float>& predicted);

}  // namespace lodestone
