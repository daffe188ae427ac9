#include "training/initialiser.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lodestone {
namespace {

void fill_uniform(std::span<float> values, double limit, Random& random) {
  for (float& value : values) value = static_cast<float>(limit) * (2 * random.uniform() - 1);
}

/// Glorot & Bengio 2010, eq. 16.
void fill_glorot(Array2<float>& weight, Random& random) {
  fill_uniform(weight.all(), std::sqrt(6.0 / static_cast<double>(weight.rows() + weight.cols())), random);
}

/// A normal deviate (Box & Muller 1958).
double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - static_cast<double>(random.uniform())));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Orthonormal columns in uniformly random directions: normal deviates after Gram-Schmidt (Saxe et al. 2014).
Status fill_orthogonal(Array2<float>& weight, Random& random) {
  auto columns = Array2<double>::create(weight.cols(), weight.rows());
  if (!columns) return columns.error();
  for (std::size_t c = 0; c < weight.cols(); ++c) {
    const std::span<double> column = columns->row(c);
    for (double& value : column) value = normal(random);
    for (std::size_t before = 0; before < c; ++before) {
      const std::span<const double> other = columns->row(before);
      const double share = dot(column, other);
      for (std::size_t i = 0; i < column.size(); ++i) column[i] -= share * other[i];
    }
    const double length = std::sqrt(dot(column, column));
    for (double& value : column) value /= length;
    for (std::size_t r = 0; r < weight.rows(); ++r) weight(r, c) = static_cast<float>(column[r]);
  }
  return {};
}

void initialise_pytorch(Random& random, Weights& weights) {
  for (LstmWeights& layer : weights.layers) {
    const double limit = 1 / std::sqrt(static_cast<double>(layer.recurrent.cols()));
    for (const std::span<float> values : {layer.input.all(), layer.recurrent.all(), std::span<float>(layer.input_bias),
                                          std::span<float>(layer.recurrent_bias)}) {
      fill_uniform(values, limit, random);
    }
  }
  const double limit = 1 / std::sqrt(static_cast<double>(weights.dense_weight.cols()));
  fill_uniform(weights.dense_weight.all(), limit, random);
  fill_uniform(std::span<float>(weights.dense_bias), limit, random);
}

Status initialise_keras(Random& random, Weights& weights) {
  for (LstmWeights& layer : weights.layers) {
    fill_glorot(layer.input, random);
    if (auto error = fill_orthogonal(layer.recurrent, random)) return error;
    const std::size_t hidden = layer.recurrent.cols();
    std::fill_n(layer.input_bias.data() + hidden, hidden, 1.0f);  // the forget gates
  }
  fill_glorot(weights.dense_weight, random);
  return {};
}

}  // namespace

Status initialise(Initialiser initialiser, Random& random, Weights& weights) {
  std::fill(weights.norm_weight.begin(), weights.norm_weight.end(), 1.0f);
  if (initialiser == Initialiser::keras) return initialise_keras(random, weights);
  initialise_pytorch(random, weights);
  return {};
}

}  // namespace lodestone
