#pragma once

#include <span>

#include "lodestone/model.hpp"
#include "lodestone/random.hpp"

namespace lodestone {

/// `residuals` `[group·bins]`: the `known` ones, see Model::residuals, or where there are none an estimate from the
/// changes between training frames `[frames, bins]`. `loudest`: the model's largest magnitude.
void find_residuals(const TensorView& known, std::span<const float> frames, std::size_t bins, float loudest,
                    std::span<float> residuals);

/// In place: each bin m becomes m·exp(temperature·σ·n), where n is normal and σ is the bin's residual.
void shake(std::span<float> magnitudes, const float* residuals, float temperature, Random& random);

}  // namespace lodestone
