#pragma once

#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Model::residuals: row i of `predicted` predicts the frames of the sound from `targets[i]` on, as many as it has
/// values for; both linear.
Result<Buffer<float>> residual_spread(const Array2<float>& sound, std::span<const std::int64_t> targets,
                                      const Array2<float>& predicted);

}  // namespace lodestone
