#pragma once

#include <span>
#include <vector>

#include "lodestone/model.hpp"
#include "lodestone/random.hpp"

using Frame = std::vector<float>;

inline Frame copy(std::span<const float> frame) { return {frame.begin(), frame.end()}; }

/// An untrained network with 100 training frames: small, quick, and it dreams something.
inline lodestone::Model small_model(const lodestone::StftConfig& stft,
                                    lodestone::Scale scale = lodestone::Scale::linear, int group = 1) {
  using namespace lodestone;
  Model model;
  model.stft = stft;
  model.network = {.bins = stft.bins(), .layers = {8, 6}, .sequence = 5, .scale = scale, .group = group};
  model.weights = Weights::create(model.network).value();
  Random random(1);
  for (NamedTensor& tensor : tensors(model.weights)) {
    for (float& value : tensor.values) value = random.uniform() * 2 - 1;
  }
  for (float& value : model.weights.running_var) value = 1 + random.uniform();
  model.impulses = Array2<float>::create(100, static_cast<std::uint64_t>(stft.bins())).value();
  for (float& value : model.impulses.all()) value = 4 * random.uniform();
  round_to_half(model.impulses.all());
  return model;
}

/// Over 33 bins, 100 frames a second.
inline lodestone::Model small_model(lodestone::Scale scale = lodestone::Scale::linear, int group = 1) {
  return small_model({.size = 64, .hop = 16, .sample_rate = 1600}, scale, group);
}

/// The same with a larger network and so many components.
inline lodestone::Model model_of_components(int components) {
  using namespace lodestone;
  Model model = small_model();
  model.network.layers = {32, 8};
  model.network.components = components;
  model.weights = Weights::create(model.network).value();
  Random random(3);
  for (NamedTensor& tensor : tensors(model.weights)) {
    for (float& value : tensor.values) value = random.uniform() - 0.5f;
  }
  for (float& value : model.weights.running_var) value = 1;
  return model;
}

/// Makes the network predict `value` in every bin, whatever its input.
inline void fix_prediction(lodestone::Model& model, float value) {
  for (float& weight : model.weights.dense_weight.all()) weight = 0;
  for (float& bias : model.weights.dense_bias) bias = value;
}
