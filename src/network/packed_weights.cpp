#include "network/packed_weights.hpp"

#include <algorithm>
#include <cmath>

#include "network/scrub.hpp"

namespace lodestone {
namespace {

/// Reduces trained weights to what inference needs, in place. BatchNorm with running statistics is an affine map and is
/// folded into the first layer: its weights are scaled by γ/σ, and W·β is added to its bias. The mean is still
/// subtracted first, because that preserves precision in bins that hardly vary. Each layer's biases are combined in
/// `input_bias`.
void fold(Weights& weights) {
  for (LstmWeights& layer : weights.layers) {
    for (std::size_t g = 0; g < layer.input_bias.size(); ++g) layer.input_bias[g] += layer.recurrent_bias[g];
  }
  LstmWeights& first = weights.layers[0];
  for (std::size_t g = 0; g < first.input.rows(); ++g) {
    double shift = first.input_bias[g];
    for (std::size_t k = 0; k < first.input.cols(); ++k) {
      const double weight = first.input(g, k);
      const double deviation = std::sqrt(static_cast<double>(weights.running_var[k]) + 1e-5);
      shift += weight * weights.norm_bias[k];
      first.input(g, k) = static_cast<float>(weight * weights.norm_weight[k] / deviation);
    }
    first.input_bias[g] = static_cast<float>(shift);
  }
  for (const NamedTensor& tensor : tensors(weights)) scrub(tensor.values);
}

void copy(const Buffer<float>& from, std::span<float> to) { std::copy(from.begin(), from.end(), to.begin()); }

void pack(const Array2<float>& from, Packed& to) { to.fill_transposed(from.data(), from.rows(), from.cols()); }

}  // namespace

PackedWeights::PackedWeights(const NetworkConfig& config, Arena& arena) : layers(config.layers.size()) {
  const Kernels& kernels = lodestone::kernels();
  const auto bins = static_cast<std::size_t>(config.bins);
  std::size_t inputs = bins;
  mean = arena.take<float>(bins);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto hidden = static_cast<std::size_t>(config.layers[l]);
    layers[l] = {Packed(kernels, arena, inputs, 4 * hidden), Packed(kernels, arena, hidden, 4 * hidden),
                 arena.take<float>(4 * hidden)};
    inputs = hidden;
  }
  dense = Packed(kernels, arena, inputs, bins);
  dense_bias = arena.take<float>(bins);
}

Status PackedWeights::fill(const Weights& trained) {
  auto weights = trained.clone();
  if (!weights) return weights.error();
  fold(*weights);
  copy(weights->running_mean, mean);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    pack(weights->layers[l].input, layers[l].input);
    pack(weights->layers[l].recurrent, layers[l].recurrent);
    copy(weights->layers[l].input_bias, layers[l].bias);
  }
  pack(weights->dense_weight, dense);
  copy(weights->dense_bias, dense_bias);
  return {};
}

}  // namespace lodestone
