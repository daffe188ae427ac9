#include <algorithm>

#include "training/backpropagation.hpp"

namespace lodestone {

/// Computes the next rows of the gradient Σ aᵀ·b over `depth` rows of the part; true after the last.
bool Backpropagation::sum_some(std::size_t width, std::size_t columns, std::span<float> gradient, std::size_t depth) {
  const std::size_t count = sums_.sum(piece_, width, columns, gradient);
  spent_ += static_cast<std::uint64_t>(count) * columns * depth;
  piece_ += count;
  return piece_ == width;
}

/// The gradient of the Dense layer, and of the outputs below it.
void Backpropagation::dense_gradient() {
  const Layer& top = layers_.back();
  const std::size_t first = pass_.first_scored * rows() * top.hidden;
  if (piece_ == 0) {
    sums_.set_all(errors_.data(), bins(), top.output.data() + first, top.hidden, pass_.length - pass_.first_scored);
    sums_.sum_rows(bins(), dense_bias_gradient_);
    packed_.fill(weights_->dense_weight.data(), bins(), top.hidden);
    multiply(packed_.times(scored_rows(), errors_.data(), nullptr, 0, above_.data() + first));
  }
  if (sum_some(bins(), top.hidden, dense_gradient_, scored_rows())) enter(Stage::unroll, layers_.size() - 1);
}

/// Converts the activations of a layer into the gradients before them, from the last step to the first.
void Backpropagation::unroll() {
  Layer& layer = layers_[layer_];
  const std::size_t hidden = layer.hidden;
  const std::size_t stride = rows() * hidden;
  const bool top = layer_ + 1 == layers_.size();
  if (piece_ == 0) {
    std::fill_n(cell_gradient_.data(), stride, 0.0f);
    packed_.fill(weights().recurrent.data(), 4 * hidden, hidden);
  }
  const std::size_t t = pass_.length - ++piece_;
  float* gates = layer.gates.data() + 4 * t * stride;
  const float* cell = layer.cell.data() + t * stride;
  const float* output_gradient = above_.data() + t * stride;
  if (t + 1 < pass_.length) {
    const bool scored = !top || t >= pass_.first_scored;  // the Dense layer sees only scored steps
    const float* above = scored ? output_gradient : nullptr;
    multiply(packed_.times(rows(), gates + 4 * stride, above, hidden, output_gradient_.data()));
    output_gradient = output_gradient_.data();
  }
  const bool recurs = t >= first_recurrent();
  kernels_.lstm_backward(
      {rows(), hidden, gates, recurs ? cell - stride : nullptr, cell, output_gradient, cell_gradient_.data()});
  if (t == 0) enter(Stage::recurrent_gradient, layer_);
}

/// Σ of δᵀ·h, with h from the previous step, over all steps that have one.
void Backpropagation::recurrent_gradient() {
  const Layer& layer = layers_[layer_];
  const std::size_t stride = rows() * layer.hidden;
  const std::size_t first = first_recurrent();
  if (piece_ == 0) {
    sums_.set_all(layer.gates.data() + first * 4 * stride, 4 * layer.hidden,
                  layer.output.data() + first * stride - stride, layer.hidden, pass_.length - first);
  }
  if (sum_some(4 * layer.hidden, layer.hidden, layer.recurrent_gradient, places()))
    enter(Stage::input_gradient, layer_);
}

void Backpropagation::input_gradient() {
  const Layer& layer = layers_[layer_];
  const std::size_t width = 4 * layer.hidden;
  if (piece_ == 0) {
    if (layer_ > 0) {
      sums_.set_all(layer.gates.data(), width, layers_[layer_ - 1].output.data(), layer.inputs, pass_.length);
    } else {
      sum_frames();
    }
    sums_.sum_rows(width, layer.bias_gradient);
  }
  if (!sum_some(width, layer.inputs, layer.input_gradient, layer_ > 0 ? places() : batch_.distinct())) return;
  if (layer_ > 0) return enter(Stage::below, layer_);
  enter(Stage::done);
}

/// For the first layer: sums the gate gradients δ of each distinct frame of a shard. Their product with x̂ is Ŵ =
/// δᵀ·x̂. Windows are ascending, so the last one has the last frame; stretches are not, but all are in one shard.
void Backpropagation::sum_frames() {
  const std::size_t width = 4 * layers_[0].hidden;
  float* to = shared_.data();
  sums_.clear();
  for (std::size_t shard = shards_.first(); shard < shards_.end(); ++shard) {
    const std::size_t begin = shards_.begin_of(shard) - begin_, end = shards_.begin_of(shard + 1) - begin_;
    const std::size_t first = begin < end ? batch_.slot(0, begin) : 0;
    const bool ascending = pass_.stretches.empty();
    const std::size_t last = ascending && begin < end ? batch_.slot(pass_.length - 1, end - 1) : batch_.distinct() - 1;
    const std::size_t count = begin < end ? last + 1 - first : 0;
    std::fill_n(to, count * width, 0.0f);
    for (std::size_t t = 0; t < pass_.length; ++t) {
      for (std::size_t w = begin; w < end; ++w) {
        kernels_.add(width, layers_[0].gates.data() + (t * rows() + w) * width,
                     to + (batch_.slot(t, w) - first) * width);
      }
    }
    sums_.set(shard, to, width, normalised_.data() + first * bins(), bins(), count, count, 0);
    to += count * width;
  }
}

/// The gradient of the outputs of the layer below.
void Backpropagation::below() {
  const Layer& layer = layers_[layer_];
  if (piece_ == 0) packed_.fill(weights().input.data(), 4 * layer.hidden, layer.inputs);
  if (multiply_some(packed_.times(places(), layer.gates.data(), nullptr, 0, above_.data()))) {
    enter(Stage::unroll, layer_ - 1);
  }
}

/// BatchNorm's input is the data, so no gradient flows further down. With Ŵ = δᵀ·x̂:
/// ∂γ_k = Σ_g W_gk·Ŵ_gk,  ∂β_k = Σ_g W_gk·Σδ_g  and  ∂W_gk = γ_k·Ŵ_gk + β_k·Σδ_g.
void Backpropagation::norm_gradient(const Weights& weights) {
  const Array2<float>& input = weights.layers[0].input;
  std::fill(norm_sums_.begin(), norm_sums_.end(), 0.0);
  for (std::size_t g = 0; g < input.rows(); ++g) {
    kernels_.norm_gradient({bins(), input.row(g).data(), weights.norm_weight.data(), weights.norm_bias.data(),
                            layers_[0].bias_gradient[g], layers_[0].input_gradient.data() + g * bins(),
                            norm_sums_.data(), norm_sums_.data() + bins()});
  }
  for (std::size_t k = 0; k < norm_sums_.size(); ++k) norm_gradient_[k] = static_cast<float>(norm_sums_[k]);
}

}  // namespace lodestone
