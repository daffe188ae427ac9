#include "lodestone/model.hpp"

#include "network/half.hpp"

namespace lodestone {

Result<Model> Model::clone() const {
  auto weights_copy = weights.clone();
  if (!weights_copy) return weights_copy.error();
  auto impulses_copy = impulses.clone();
  if (!impulses_copy) return impulses_copy.error();
  auto residuals_copy = residuals.clone();
  if (!residuals_copy) return residuals_copy.error();
  return Model{
      stft,   network,          std::move(*weights_copy), std::move(*impulses_copy), std::move(*residuals_copy),
      losses, validation_losses};
}

bool round_to_half(std::span<float> values) {
  for (const float value : values) {
    if (!(std::abs(value) <= largest_half_impulse)) return false;  // also for NaN
  }
  for (float& value : values) value = Half(value);
  return true;
}

}  // namespace lodestone
