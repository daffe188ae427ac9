#include "network/packed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "network/scrub.hpp"
#include "network/tensor.hpp"

namespace lodestone {
namespace {

using Values = std::span<const float>;

void copy(Values from, std::span<float> to) { std::transform(from.begin(), from.end(), to.begin(), scrubbed); }

/// B = the transpose of the matrix.
void pack(const TensorView& from, Packed& to) {
  const auto rows = static_cast<std::size_t>(from.shape[0]), columns = static_cast<std::size_t>(from.shape[1]);
  to.fill_transposed(floats(from).data(), rows, columns);
}

void scrub_packed(Packed& packed) {
  packed.map([](std::size_t, float weight) { return scrubbed(weight); });
}

void pack_scrubbed(const TensorView& from, Packed& to) {
  pack(from, to);
  scrub_packed(to);
}

/// BatchNorm with running statistics is an affine map and is folded into the first layer: its weights are scaled by
/// γ/σ, and W·β is added to its bias. The mean is still subtracted first, because that preserves precision in bins that
/// hardly vary.
void fold(const TensorView& input, Values weight, Values bias, Values variance, PackedWeights::Layer& first) {
  const float* row = floats(input).data();
  for (float& sum : first.bias) {
    double shift = sum;
    for (const float beta : bias) shift += double{*row++} * beta;
    sum = static_cast<float>(shift);
  }
  pack(input, first.input);
  first.input.map([&](std::size_t k, float value) {
    const double deviation = std::sqrt(static_cast<double>(variance[k]) + 1e-5);
    return scrubbed(static_cast<float>(double{value} * weight[k] / deviation));
  });
}

}  // namespace

void PackedWeights::lay_out(const NetworkConfig& config, Arena& arena) {
  const Kernels& kernels = lodestone::kernels();
  const auto bins = static_cast<std::size_t>(config.width());
  components = static_cast<std::size_t>(config.components);
  const std::size_t ends = components > 0 ? components : bins;
  std::size_t inputs = ends;
  mean = arena.take<float>(bins);
  if (components > 0) {
    analysis = Packed(kernels, arena, bins, components);
    synthesis = Packed(kernels, arena, components, bins);
    synthesis_bias = arena.take<float>(bins);
  }
  if (layers.size() != config.layers.size()) layers = std::vector<Layer>(config.layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto hidden = static_cast<std::size_t>(config.layers[l]);
    layers[l] = {Packed(kernels, arena, inputs, 4 * hidden), Packed(kernels, arena, hidden, 4 * hidden),
                 arena.take<float>(4 * hidden)};
    inputs = hidden;
  }
  dense = Packed(kernels, arena, inputs, ends);
  dense_bias = arena.take<float>(ends);
}

void PackedWeights::fill(std::span<const TensorView> trained) {
  const std::span<const TensorView> norm = trained.first(4);  // or V, its bias; running_mean, running_var
  copy(floats(norm[2]), mean);
  const TensorView* from = norm.data() + norm.size();  // weight_ih, weight_hh, bias_ih, bias_hh of each layer
  for (Layer& to : layers) {
    const Values biases = floats(from[2]);
    std::transform(biases.begin(), biases.end(), floats(from[3]).begin(), to.bias.begin(), std::plus<>());
    pack_scrubbed(from[1], to.recurrent);
    if (&to == layers.data() && components == 0) {
      fold(from[0], floats(norm[0]), floats(norm[1]), floats(norm[3]), to);
    } else {
      pack_scrubbed(from[0], to.input);
    }
    scrub(to.bias);
    from += 4;
  }
  pack_scrubbed(from[0], dense);
  copy(floats(from[1]), dense_bias);
  if (components == 0) return;
  pack_scrubbed(norm[0], analysis);
  synthesis.fill(floats(norm[0]).data(), components, mean.size());
  scrub_packed(synthesis);
  copy(floats(norm[1]), synthesis_bias);
}

}  // namespace lodestone
