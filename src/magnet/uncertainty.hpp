#pragma once

#include <span>

#include "lodestone/model.hpp"
#include "lodestone/random.hpp"

namespace lodestone {

/// Model::residuals `[bins]`, or an estimate from the changes between training frames. `loudest`: the model's largest
/// magnitude.
void find_residuals(const Model& model, float loudest, std::span<float> residuals);

/// In place: each bin m becomes m·exp(temperature·σ·n), where n is normal and σ is the bin's residual.
void shake(std::span<float> magnitudes, const float* residuals, float temperature, Random& random);

}  // namespace lodestone
