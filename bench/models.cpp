#include "models.hpp"

#include "lodestone/random.hpp"
#include "lodestone/stft.hpp"
#include "network/weights.hpp"

namespace lodestone::bench {
namespace {

/// Mean and variance of each bin over all frames.
void set_statistics(const Array2<float>& frames, Weights& weights) {
  const auto count = static_cast<double>(frames.rows());
  for (std::size_t k = 0; k < frames.cols(); ++k) {
    double sum = 0;
    double squares = 0;
    for (std::size_t m = 0; m < frames.rows(); ++m) {
      const double value = frames(m, k);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / count;
    weights.running_mean[k] = static_cast<float>(mean);
    weights.running_var[k] = static_cast<float>(squares / count - mean * mean);
  }
}

}  // namespace

Magnitudes frames(const Sounds& sounds) {
  return Stft({.size = 2048, .hop = 512, .sample_rate = 44100}).magnitudes(sounds.piano).value();
}

Model random_model(const Sounds& sounds, const std::vector<int>& layers, float recurrent) {
  Magnitudes sound = frames(sounds);
  Model model{.stft = sound.stft,
              .network = {.bins = sound.stft.bins(), .layers = layers, .sequence = window},
              .weights = {},
              .impulses = std::move(sound.values),
              .residuals = {},
              .losses = {},
              .validation_losses = {}};
  model.weights = Weights::create(model.network).value();
  Random random(3);
  for (LstmWeights& layer : model.weights.layers) {
    for (float& weight : layer.input.all()) weight = 0.2f * random.uniform() - 0.1f;
    for (float& weight : layer.recurrent.all()) weight = recurrent * (2 * random.uniform() - 1);
  }
  for (float& weight : model.weights.dense_weight.all()) weight = 2 * random.uniform() - 1;
  for (float& weight : model.weights.norm_weight) weight = 1;
  set_statistics(model.impulses, model.weights);
  for (std::size_t k = 0; k < model.weights.dense_bias.size(); ++k) {
    model.weights.dense_bias[k] = model.weights.running_mean[k];
  }
  return model;
}

}  // namespace lodestone::bench
