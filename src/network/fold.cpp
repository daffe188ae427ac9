#include <algorithm>
#include <cmath>
#include <vector>

#include "lodestone/network.hpp"
#include "network/tensor.hpp"

namespace lodestone {
namespace {

/// Row i of the product becomes Σ_k factor(i, k)·V[k], summed in double precision; take(i, b, value) gets its values.
template <class Factor, class Take>
void expand_rows(const TensorView& components, std::size_t rows, Factor factor, Take take) {
  const auto count = static_cast<std::size_t>(components.shape[0]),
             bins = static_cast<std::size_t>(components.shape[1]);
  std::vector<double> sums(bins);
  for (std::size_t i = 0; i < rows; ++i) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t k = 0; k < count; ++k) {
      const double share = factor(i, k);
      const std::span<const float> component = floats(components).subspan(k * bins, bins);
      for (std::size_t b = 0; b < bins; ++b) sums[b] += share * static_cast<double>(component[b]);
    }
    for (std::size_t b = 0; b < bins; ++b) take(i, b, sums[b]);
  }
}

}  // namespace

// BatchNorm, with γ = 1 and β = 0, divides by √(u + ε), and so the weights that follow are multiplied by that.
Result<Weights> fold(const NetworkConfig& config, std::span<const TensorView> from) {
  if (config.components == 0) return Weights::copy(from);
  NetworkConfig outer = config;
  outer.components = 0;
  auto folded = Weights::create(outer);
  if (!folded) return folded;
  const TensorView &components = from[0], &input = from[4];
  const TensorView &dense = from[from.size() - 2], &dense_bias = from[from.size() - 1];
  std::vector<NamedTensor> to = tensors(*folded);
  for (std::size_t i = 2; i + 2 < to.size(); ++i) {
    if (i != 4) std::copy_n(floats(from[i]).data(), to[i].values.size(), to[i].values.data());
  }
  std::fill(folded->norm_weight.begin(), folded->norm_weight.end(), 1.0f);
  const auto inputs = static_cast<std::size_t>(config.components);
  const std::size_t hidden = folded->dense_weight.cols();
  LstmWeights& first = folded->layers[0];
  expand_rows(
      components, first.input.rows(), [&](std::size_t i, std::size_t k) { return floats(input)[i * inputs + k]; },
      [&](std::size_t i, std::size_t b, double value) {
        first.input(i, b) = static_cast<float>(value * std::sqrt(double{folded->running_var[b]} + 1e-5));
      });
  expand_rows(
      components, hidden, [&](std::size_t i, std::size_t k) { return floats(dense)[k * hidden + i]; },
      [&](std::size_t i, std::size_t b, double value) { folded->dense_weight(b, i) = static_cast<float>(value); });
  expand_rows(
      components, 1, [&](std::size_t, std::size_t k) { return floats(dense_bias)[k]; },
      [&](std::size_t, std::size_t b, double value) {
        folded->dense_bias[b] = static_cast<float>(value + double{floats(from[1])[b]});
      });
  return folded;
}

}  // namespace lodestone
