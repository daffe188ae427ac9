#include "lodestone/model.hpp"

#include <utility>

#include "errors/first_error.hpp"
#include "network/half.hpp"
#include "network/steps.hpp"
#include "network/tensor.hpp"

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

ModelView::ModelView(const Model& model)
    : stft(model.stft),
      network(model.network),
      weights(tensors(model.weights)),
      impulses{"impulses", DType::f32, {model.impulses.rows(), model.impulses.cols()}, {}},
      residuals{"residuals", DType::f32, {model.residuals.size()}, {}},
      losses(model.losses),
      validation_losses(model.validation_losses) {
  impulses.bytes = std::as_bytes(model.impulses.all());
  residuals.bytes = std::as_bytes(std::span<const float>(model.residuals));
}

Result<Model> ModelView::copy() const {
  Model model{stft, network, {}, {}, {}, losses, validation_losses};
  FirstError error;
  error.take(model.weights, Weights::copy(weights));
  error.take(model.impulses, Array2<float>::create(frames(), static_cast<std::uint64_t>(network.bins)));
  error.take(model.residuals, to_floats(residuals));
  if (error) return *error;
  if (auto wrong = copy_floats(impulses, model.impulses.all())) return *wrong;
  return model;
}

Result<Model> ModelView::folded() const {
  auto weights_folded = fold(network, weights);
  if (!weights_folded) return weights_folded.error();
  ModelView outer = *this;
  outer.network.components = 0;
  outer.weights = tensors(std::as_const(*weights_folded));
  return outer.copy();
}

bool round_to_half(std::span<float> values) {
  for (const float value : values) {
    if (!(std::abs(value) <= largest_half_impulse)) return false;  // also for NaN
  }
  for (float& value : values) value = Half(value);
  return true;
}

void round_to_compact(Model& model) {
  for (const NamedTensor& tensor : tensors(model.weights)) round_to_half(tensor.values);
  round_to_half(model.residuals);
  if (!round_to_half(model.impulses.all())) return;
  for (float& value : model.impulses.all()) value = magnitude_of_steps(steps_of(value));
}

}  // namespace lodestone
