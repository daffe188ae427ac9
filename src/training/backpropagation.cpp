#include "training/backpropagation.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lodestone {
namespace {

constexpr double norm_epsilon = 1e-5;
constexpr double norm_momentum = 0.1;

/// Floats for the largest right factor of all products.
std::uint64_t largest_factor(const Kernels& kernels, const NetworkConfig& config, std::uint64_t distinct,
                             std::uint64_t windows) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  std::uint64_t largest = kernels.packed_size(distinct, bins);
  const auto consider = [&](std::uint64_t depth, std::uint64_t columns) {
    largest = std::max({largest, kernels.packed_size(depth, columns), kernels.packed_size(columns, depth)});
  };
  std::uint64_t inputs = bins;
  for (const int units : config.layers) {
    const auto hidden = static_cast<std::uint64_t>(units);
    consider(inputs, 4 * hidden);
    consider(hidden, 4 * hidden);
    largest = std::max(largest, kernels.packed_size(windows * static_cast<std::uint64_t>(config.sequence), hidden));
    inputs = hidden;
  }
  consider(inputs, bins);
  return largest;
}

/// The array without its first `count` values; an arena without a block gives empty ones.
std::span<float> behind(std::span<float> array, std::uint64_t count) {
  return array.empty() ? array : array.subspan(static_cast<std::size_t>(count));
}

}  // namespace

void Backpropagation::lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
                              std::uint64_t carried) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  const auto sequence = static_cast<std::uint64_t>(config.sequence);
  const std::uint64_t places = windows * sequence;
  const std::uint64_t distinct = std::min(frames, places);
  const auto widest = static_cast<std::uint64_t>(*std::max_element(config.layers.begin(), config.layers.end()));
  batch_.lay_out(arena, frames, windows);
  packed_ = Packed(kernels_, arena, largest_factor(kernels_, config, distinct, windows));
  mean_ = arena.take<double>(bins);
  variance_ = arena.take<double>(bins);
  normalised_ = arena.take<float>(distinct * bins);
  shared_ = arena.take<float>(distinct * 4 * static_cast<std::uint64_t>(config.layers[0]));
  predictions_ = arena.take<float>(windows * bins);
  errors_ = arena.take<float>(windows * bins);
  above_ = arena.take<float>(places * widest);
  output_gradient_ = arena.take<float>(windows * widest);
  cell_gradient_ = arena.take<float>(windows * widest);
  layers_ = std::vector<Layer>(config.layers.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layers_[l].hidden = static_cast<std::size_t>(config.layers[l]);
    const std::uint64_t hidden = layers_[l].hidden;
    layers_[l].gates = arena.take<float>(places * 4 * hidden);
    layers_[l].cell = behind(arena.take<float>((carried + places) * hidden), carried * hidden);
    layers_[l].output = behind(arena.take<float>((carried + places) * hidden), carried * hidden);
    layers_[l].bias = arena.take<float>(4 * hidden);
  }
}

/// The sum of `rows` rows.
void Backpropagation::sum_rows(std::size_t rows, const float* matrix, std::span<float> sum) const {
  std::fill(sum.begin(), sum.end(), 0.0f);
  for (std::size_t row = 0; row < rows; ++row) kernels_.add(sum.size(), matrix + row * sum.size(), sum.data());
}

double Backpropagation::forward(Weights& weights, std::span<const float> frames, const Pass& pass, Norm norm) {
  batch_.select(pass.starts, pass.length);
  first_scored_ = pass.first_scored;
  end_scored_ = pass.end_scored;
  carries_ = pass.carries;
  carried_ = pass.carried;
  if (norm == Norm::batch) {
    find_statistics(frames);
    move_running_statistics(weights, norm_momentum);
  } else {
    std::copy(weights.running_mean.begin(), weights.running_mean.end(), mean_.begin());
    std::copy(weights.running_var.begin(), weights.running_var.end(), variance_.begin());
  }
  normalise(frames);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    gather_inputs(weights, l);
    recur(weights.layers[l], layers_[l]);
  }
  return predict(weights, frames);
}

/// Over all places of all windows: sums over the distinct frames, weighted by how often each occurs. Deviations from
/// one of the frames instead of the mean take one pass, and a bin that never varies has a variance of 0 to the bit.
void Backpropagation::find_statistics(std::span<const float> frames) {
  std::fill(mean_.begin(), mean_.end(), 0.0);
  std::fill(variance_.begin(), variance_.end(), 0.0);
  const auto total = static_cast<double>(places());
  const float* origin = frames.data() + batch_.frame(0) * bins();
  for (std::size_t d = 0; d < batch_.distinct(); ++d) {
    const float* frame = frames.data() + batch_.frame(d) * bins();
    kernels_.add_moments(bins(), frame, origin, batch_.count(d) / total, mean_.data(), variance_.data());
  }
  for (std::size_t k = 0; k < bins(); ++k) {
    variance_[k] = std::max(0.0, variance_[k] - mean_[k] * mean_[k]);
    mean_[k] += origin[k];
  }
}

/// The running variance is that of the population: n / (n − 1) times the one found.
void Backpropagation::move_running_statistics(Weights& weights, double momentum) const {
  const auto count = static_cast<double>(places());
  const auto move = [&](float& running, double value) {
    running = static_cast<float>((1 - momentum) * running + momentum * value);
  };
  for (std::size_t k = 0; k < bins(); ++k) {
    move(weights.running_mean[k], mean_[k]);
    move(weights.running_var[k], variance_[k] * count / (count - 1));
  }
}

void Backpropagation::adopt_statistics(Weights& weights, std::span<const float> frames) {
  const std::int64_t start = 0;
  batch_.select({&start, 1}, frames.size() / bins());
  find_statistics(frames);
  move_running_statistics(weights, 1);
}

void Backpropagation::normalise(std::span<const float> frames) {
  for (double& variance : variance_) variance = 1 / std::sqrt(variance + norm_epsilon);
  for (std::size_t d = 0; d < batch_.distinct(); ++d) {
    kernels_.normalise(bins(), frames.data() + batch_.frame(d) * bins(), mean_.data(), variance_.data(),
                       normalised_.data() + d * bins());
  }
}

/// The input products of a layer, for all places at once. γ and β become part of the first layer: (γx̂ + β)·Wᵀ = x̂·(Wγ)ᵀ
/// + Wβ.
void Backpropagation::gather_inputs(const Weights& weights, std::size_t l) {
  const LstmWeights& from = weights.layers[l];
  Layer& layer = layers_[l];
  const std::size_t width = 4 * layer.hidden;
  packed_.fill_transposed(from.input.data(), width, from.input.cols());
  for (std::size_t g = 0; g < width; ++g) layer.bias[g] = from.input_bias[g] + from.recurrent_bias[g];
  if (l > 0) {
    multiply(packed_.times(places(), layers_[l - 1].output.data(), layer.bias.data(), 0, layer.gates.data()));
    return;
  }
  multiply(packed_.times(1, weights.norm_bias.data(), layer.bias.data(), 0, layer.bias.data()));
  packed_.scale_rows(weights.norm_weight.data());
  multiply(packed_.times(batch_.distinct(), normalised_.data(), layer.bias.data(), 0, shared_.data()));
  float* gates = layer.gates.data();
  for (std::size_t t = 0; t < batch_.sequence(); ++t) {
    for (std::size_t w = 0; w < batch_.windows(); ++w, gates += width) {
      std::memcpy(gates, shared_.data() + batch_.slot(t, w) * width, width * sizeof(float));
    }
  }
}

void Backpropagation::recur(const LstmWeights& weights, Layer& layer) {
  const std::size_t hidden = layer.hidden;
  const std::size_t rows = batch_.windows();
  const std::size_t stride = rows * hidden;  // of one time step
  packed_.fill_transposed(weights.recurrent.data(), 4 * hidden, hidden);
  for (std::size_t t = 0; t < batch_.sequence(); ++t) {
    float* gates = layer.gates.data() + 4 * t * stride;
    float* cell = layer.cell.data() + t * stride;
    float* output = layer.output.data() + t * stride;
    const bool recurs = t > 0 || carried_;
    if (recurs) multiply(packed_.times(rows, output - stride, gates, 4 * hidden, gates));
    kernels_.lstm_forward({rows, hidden, gates, recurs ? cell - stride : nullptr, cell, output});
  }
}

/// The Dense layer on the outputs that are scored, the loss and its gradient.
double Backpropagation::predict(const Weights& weights, std::span<const float> frames) {
  packed_.fill_transposed(weights.dense_weight.data(), bins(), weights.dense_weight.cols());
  multiply(packed_.times(scored(), scored_outputs(), weights.dense_bias.data(), 0, predictions_.data()));
  const auto count = static_cast<double>(scored() * bins());
  double loss = 0;
  for (std::size_t row = 0; row < scored(); ++row) {
    const std::size_t place = first_scored_ + row;
    const std::size_t frame = batch_.start(place % batch_.windows()) + place / batch_.windows();
    const float* target = frames.data() + (frame + 1) * bins();
    const float* prediction = predictions_.data() + row * bins();
    float* gradient = errors_.data() + row * bins();
    for (std::size_t k = 0; k < bins(); ++k) {
      const double error = static_cast<double>(prediction[k]) - target[k];
      gradient[k] = static_cast<float>(2 / count * error);
      loss += error * error;
    }
  }
  return loss / count;
}

void Backpropagation::backward(const Weights& weights, Weights& gradient) {
  dense_backward(weights, gradient);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    recur_backward(weights.layers[l], l);
    recurrent_gradient(layers_[l], gradient.layers[l]);
    if (l > 0) {
      input_gradient(weights.layers[l], l, gradient.layers[l]);
    } else {
      shared_input_gradient(gradient.layers[0]);
    }
    std::copy(gradient.layers[l].input_bias.begin(), gradient.layers[l].input_bias.end(),
              gradient.layers[l].recurrent_bias.begin());
  }
  norm_gradient(weights, gradient);
  if (carries_) carry();
}

/// The state after the last step becomes that before the first.
void Backpropagation::carry() {
  for (const Layer& layer : layers_) {
    const std::size_t stride = batch_.windows() * layer.hidden;  // of one time step
    for (float* state : {layer.cell.data(), layer.output.data()}) {
      std::copy_n(state + (batch_.sequence() - 1) * stride, stride, state - stride);
    }
  }
}

void Backpropagation::dense_backward(const Weights& weights, Weights& gradient) {
  const std::size_t hidden = layers_.back().hidden;
  packed_.fill(scored_outputs(), scored(), hidden);
  multiply(packed_.transposed_times(bins(), errors_.data(), gradient.dense_weight.data()));
  sum_rows(scored(), errors_.data(), gradient.dense_bias);
  packed_.fill(weights.dense_weight.data(), bins(), hidden);
  multiply(packed_.times(scored(), errors_.data(), nullptr, 0, above_.data() + first_scored_ * hidden));
  std::fill(above_.data() + end_scored_ * hidden, above_.data() + places() * hidden, 0.0f);
}

/// Turns the activations of a layer into the gradients before them, from the last step to the first.
void Backpropagation::recur_backward(const LstmWeights& weights, std::size_t l) {
  Layer& layer = layers_[l];
  const std::size_t hidden = layer.hidden;
  const std::size_t rows = batch_.windows();
  const std::size_t stride = rows * hidden;
  const bool top = l + 1 == layers_.size();
  std::fill(cell_gradient_.data(), cell_gradient_.data() + stride, 0.0f);
  packed_.fill(weights.recurrent.data(), 4 * hidden, hidden);
  for (std::size_t t = batch_.sequence(); t-- > 0;) {
    float* gates = layer.gates.data() + 4 * t * stride;
    const float* cell = layer.cell.data() + t * stride;
    const float* output_gradient = above_.data() + t * stride;
    if (t + 1 < batch_.sequence()) {
      const bool scored = !top || t * rows >= first_scored_;  // the Dense layer sees only those
      const float* above = scored ? output_gradient : nullptr;
      multiply(packed_.times(rows, gates + 4 * stride, above, hidden, output_gradient_.data()));
      output_gradient = output_gradient_.data();
    }
    const bool recurs = t > 0 || carried_;
    kernels_.lstm_backward(
        {rows, hidden, gates, recurs ? cell - stride : nullptr, cell, output_gradient, cell_gradient_.data()});
  }
}

/// Σ of δᵀ·h of the step before, over all steps that have one.
void Backpropagation::recurrent_gradient(const Layer& layer, LstmWeights& gradient) {
  const std::size_t hidden = layer.hidden;
  const std::size_t windows = batch_.windows();
  const float* before = layer.output.data() - (carried_ ? windows * hidden : 0);
  const float* gates = layer.gates.data() + (carried_ ? 0 : windows * 4 * hidden);
  packed_.fill(before, places() - (carried_ ? 0 : windows), hidden);
  multiply(packed_.transposed_times(4 * hidden, gates, gradient.recurrent.data()));
}

/// Of a layer above the first, and the gradient of the outputs of the layer below.
void Backpropagation::input_gradient(const LstmWeights& weights, std::size_t l, LstmWeights& gradient) {
  const Layer& layer = layers_[l];
  const std::size_t width = 4 * layer.hidden;
  const std::size_t inputs = layers_[l - 1].hidden;
  packed_.fill(layers_[l - 1].output.data(), places(), inputs);
  multiply(packed_.transposed_times(width, layer.gates.data(), gradient.input.data()));
  sum_rows(places(), layer.gates.data(), gradient.input_bias);
  packed_.fill(weights.input.data(), width, inputs);
  multiply(packed_.times(places(), layer.gates.data(), nullptr, 0, above_.data()));
}

/// Of the first layer: sums the gate gradients δ of each distinct frame, then Ŵ = δᵀ·x̂ goes where ∂W will be.
void Backpropagation::shared_input_gradient(LstmWeights& gradient) {
  const std::size_t width = 4 * layers_[0].hidden;
  std::fill(shared_.data(), shared_.data() + batch_.distinct() * width, 0.0f);
  const float* gates = layers_[0].gates.data();
  for (std::size_t t = 0; t < batch_.sequence(); ++t) {
    for (std::size_t w = 0; w < batch_.windows(); ++w, gates += width) {
      kernels_.add(width, gates, shared_.data() + batch_.slot(t, w) * width);
    }
  }
  sum_rows(batch_.distinct(), shared_.data(), gradient.input_bias);
  packed_.fill(normalised_.data(), batch_.distinct(), bins());
  multiply(packed_.transposed_times(width, shared_.data(), gradient.input.data()));
}

/// BatchNorm stands on the data, so nothing flows further down: with Ŵ = δᵀ·x̂,
/// ∂γ_k = Σ_g W_gk·Ŵ_gk,  ∂β_k = Σ_g W_gk·Σδ_g  and  ∂W_gk = γ_k·Ŵ_gk + β_k·Σδ_g.
void Backpropagation::norm_gradient(const Weights& weights, Weights& gradient) {
  const LstmWeights& first = weights.layers[0];
  const std::span<double> norm_weight = mean_;  // whose values are no longer needed
  const std::span<double> norm_bias = variance_;
  std::fill(norm_weight.begin(), norm_weight.end(), 0.0);
  std::fill(norm_bias.begin(), norm_bias.end(), 0.0);
  for (std::size_t g = 0; g < first.input.rows(); ++g) {
    kernels_.norm_gradient({bins(), first.input.row(g).data(), weights.norm_weight.data(), weights.norm_bias.data(),
                            gradient.layers[0].input_bias[g], gradient.layers[0].input.row(g).data(),
                            norm_weight.data(), norm_bias.data()});
  }
  for (std::size_t k = 0; k < bins(); ++k) {
    gradient.norm_weight[k] = static_cast<float>(norm_weight[k]);
    gradient.norm_bias[k] = static_cast<float>(norm_bias[k]);
  }
}

}  // namespace lodestone
