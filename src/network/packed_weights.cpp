#include "network/packed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "network/scrub.hpp"

namespace lodestone {
namespace {

void copy(const Buffer<float>& from, std::span<float> to) {
  std::transform(from.begin(), from.end(), to.begin(), scrubbed);
}

void pack(const Array2<float>& from, Packed& to) {
  to.fill_transposed(from.data(), from.rows(), from.cols());
  to.map([](std::size_t, float weight) { return scrubbed(weight); });
}

/// BatchNorm with running statistics is an affine map and is folded into the first layer: its weights are scaled by
/// γ/σ, and W·β is added to its bias. The mean is still subtracted first, because that preserves precision in bins that
/// hardly vary.
void fold(const Weights& trained, PackedWeights::Layer& first) {
  const Array2<float>& input = trained.layers[0].input;
  for (std::size_t g = 0; g < input.rows(); ++g) {
    double shift = first.bias[g];
    for (std::size_t k = 0; k < input.cols(); ++k) shift += double{input(g, k)} * trained.norm_bias[k];
    first.bias[g] = static_cast<float>(shift);
  }
  first.input.fill_transposed(input.data(), input.rows(), input.cols());
  first.input.map([&](std::size_t k, float weight) {
    const double deviation = std::sqrt(static_cast<double>(trained.running_var[k]) + 1e-5);
    return scrubbed(static_cast<float>(double{weight} * trained.norm_weight[k] / deviation));
  });
}

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

void PackedWeights::fill(const Weights& trained) {
  copy(trained.running_mean, mean);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LstmWeights& from = trained.layers[l];
    Layer& to = layers[l];
    std::transform(from.input_bias.begin(), from.input_bias.end(), from.recurrent_bias.begin(), to.bias.begin(),
                   std::plus<>());
    pack(from.recurrent, to.recurrent);
    if (l == 0) {
      fold(trained, to);
    } else {
      pack(from.input, to.input);
    }
    scrub(to.bias);
  }
  pack(trained.dense_weight, dense);
  copy(trained.dense_bias, dense_bias);
}

}  // namespace lodestone
