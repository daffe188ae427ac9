#pragma once

#include "lodestone/model.hpp"
#include "lodestone/random.hpp"

/// An untrained network over 33 bins with 100 training frames: small, quick, and it dreams something.
inline lodestone::Model small_model(lodestone::Scale scale = lodestone::Scale::linear) {
  using namespace lodestone;
  Model model;
  model.stft = {.size = 64, .hop = 16, .sample_rate = 1600};  // 100 frames a second
  model.network = {.bins = 33, .layers = {8, 6}, .sequence = 5, .scale = scale};
  model.weights = Weights::create(model.network).value();
  Random random(1);
  for (NamedTensor& tensor : tensors(model.weights)) {
    for (float& value : tensor.values) value = random.uniform() * 2 - 1;
  }
  for (float& value : model.weights.running_var) value = 1 + random.uniform();
  model.impulses = Array2<float>::create(100, 33).value();
  for (float& value : model.impulses.all()) value = 4 * random.uniform();
  round_to_half(model.impulses.all());
  return model;
}

/// Makes the network say `value` in every bin, whatever it is fed.
inline void fix_prediction(lodestone::Model& model, float value) {
  for (float& weight : model.weights.dense_weight.all()) weight = 0;
  for (float& bias : model.weights.dense_bias) bias = value;
}
