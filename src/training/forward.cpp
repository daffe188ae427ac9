#include <algorithm>
#include <cmath>
#include <cstring>

#include "training/backpropagation.hpp"

namespace lodestone {

/// Selects the next windows; only a pass that learns needs all windows of a part at once.
void Backpropagation::select() {
  begin_ = end_;
  end_ = std::min(begin_ + capacity_, shards_.begin_of(shards_.end()));
  if (pass_.batch_statistics) {
    batch_.select(pass_.starts, pass_.length);
    find_statistics();
  } else {
    moments_.take(*weights_);
  }
  batch_.select(pass_.starts.subspan(begin_, rows()), pass_.length);
  normalise();
  if (!pass_.stretches.empty()) take_up_states();
  enter(Stage::inputs);
}

/// The statistics over all places of all windows, from the distinct frames weighted by how often each occurs.
void Backpropagation::find_statistics() {
  const auto total = static_cast<double>(pass_.starts.size() * pass_.length);
  const auto frame = [&](std::size_t d) { return frames_.data() + batch_.frame(d) * bins(); };
  moments_.begin(frame(0));
  for (std::size_t d = 0; d < batch_.distinct(); ++d) moments_.add(frame(d), batch_.count(d) / total);
  moments_.end();
}

/// Sets the state before the first step: carried over, or zeros.
void Backpropagation::take_up_states() {
  const float* from = pass_.carried.data();
  for (Layer& layer : layers_) {
    for (const std::span<float> state : {layer.cell, layer.output}) {
      float* to = state.data() - rows() * layer.hidden;
      for (std::size_t w = begin_; w < end_; ++w, to += layer.hidden) {
        if (pass_.stretches[w].fresh) {
          std::fill_n(to, layer.hidden, 0.0f);
        } else {
          std::copy_n(from + w * layer.hidden, layer.hidden, to);
        }
      }
      from += pass_.starts.size() * layer.hidden;
    }
  }
}

void Backpropagation::normalise() {
  for (std::size_t k = 0; k < bins(); ++k) deviation_[k] = 1 / std::sqrt(moments_.variance()[k] + norm_epsilon);
  const std::span<const float> heard = pass_.heard.empty() ? frames_ : pass_.heard;
  for (std::size_t d = 0; d < batch_.distinct(); ++d) {
    kernels_.normalise(bins(), heard.data() + batch_.frame(d) * bins(), moments_.mean().data(), deviation_.data(),
                       normalised_.data() + d * bins());
  }
}

/// The input products of a layer, for all places.
void Backpropagation::inputs() {
  Layer& layer = layers_[layer_];
  if (piece_ == 0) pack_inputs();
  if (layer_ == 0) {
    if (!multiply_some(packed_.times(batch_.distinct(), normalised_.data(), layer.bias.data(), 0, shared_.data())))
      return;
    gather();
  } else if (!multiply_some(packed_.times(places(), layers_[layer_ - 1].output.data(), layer.bias.data(), 0,
                                          layer.gates.data()))) {
    return;
  }
  enter(Stage::recur, layer_);
}

/// Folds γ and β into the first layer: (γx̂ + β)·Wᵀ = x̂·(Wγ)ᵀ + Wβ.
void Backpropagation::pack_inputs() {
  const LstmWeights& from = weights();
  Layer& layer = layers_[layer_];
  const std::size_t width = 4 * layer.hidden;
  packed_.fill_transposed(from.input.data(), width, from.input.cols());
  for (std::size_t g = 0; g < width; ++g) layer.bias[g] = from.input_bias[g] + from.recurrent_bias[g];
  if (layer_ > 0) return;
  multiply(packed_.times(1, weights_->norm_bias.data(), layer.bias.data(), 0, layer.bias.data()));
  packed_.scale_rows(weights_->norm_weight.data());
}

void Backpropagation::gather() {
  const std::size_t width = 4 * layers_[0].hidden;
  float* gates = layers_[0].gates.data();
  for (std::size_t t = 0; t < pass_.length; ++t) {
    for (std::size_t w = 0; w < rows(); ++w, gates += width) {
      std::memcpy(gates, shared_.data() + batch_.slot(t, w) * width, width * sizeof(float));
    }
  }
}

/// One step of a layer.
void Backpropagation::recur() {
  Layer& layer = layers_[layer_];
  const std::size_t hidden = layer.hidden;
  const std::size_t stride = rows() * hidden;  // of one time step
  const std::size_t t = piece_++;
  if (t == 0) packed_.fill_transposed(weights().recurrent.data(), 4 * hidden, hidden);
  float* gates = layer.gates.data() + 4 * t * stride;
  float* cell = layer.cell.data() + t * stride;
  float* output = layer.output.data() + t * stride;
  const bool recurs = t >= first_recurrent();
  if (recurs) multiply(packed_.times(rows(), output - stride, gates, 4 * hidden, gates));
  kernels_.lstm_forward({rows(), hidden, gates, recurs ? cell - stride : nullptr, cell, output});
  if (piece_ < pass_.length) return;
  if (layer_ + 1 < layers_.size()) return enter(Stage::inputs, layer_ + 1);
  enter(Stage::predict);
}

/// The Dense layer on the scored outputs, the loss and its gradient.
void Backpropagation::predict() {
  const Layer& top = layers_.back();
  packed_.fill_transposed(weights_->dense_weight.data(), bins(), top.hidden);
  const float* outputs = top.output.data() + pass_.first_scored * rows() * top.hidden;
  multiply(packed_.times(scored_rows(), outputs, weights_->dense_bias.data(), 0, predictions_.data()));
  for (std::size_t shard = shards_.first(); shard < shards_.end(); ++shard) score(shard);
  if (end_ < shards_.begin_of(shards_.end())) return enter(Stage::select);
  finish_forward();
}

/// The losses of the shard's windows, and the gradient of the mean over all predictions of the pass.
void Backpropagation::score(std::size_t shard) {
  const double slope = 2 / static_cast<double>(pass_.scored * bins());
  const std::size_t end = std::min(shards_.begin_of(shard + 1), end_);
  for (std::size_t t = pass_.first_scored; t < pass_.length; ++t) {
    for (std::size_t w = std::max(shards_.begin_of(shard), begin_); w < end; ++w) {
      const std::size_t row = (t - pass_.first_scored) * rows() + w - begin_;
      float* gradient = errors_.data() + row * bins();
      if (!pass_.stretches.empty() && t >= pass_.stretches[w].length) {
        std::fill_n(gradient, bins(), 0.0f);
        continue;
      }
      const std::size_t frame = batch_.start(w - begin_) + t + 1;
      if (!pass_.outside.empty()) losses_[shard] += pass_.outside[frame];
      const float* target = frames_.data() + frame * bins();
      const float* prediction = predictions_.data() + row * bins();
      for (std::size_t k = 0; k < bins(); ++k) {
        const double error = static_cast<double>(prediction[k]) - target[k];
        gradient[k] = static_cast<float>(slope * pass_.importance[k] * error);
        losses_[shard] += pass_.energies[k] * error * error;
      }
    }
  }
}

void Backpropagation::finish_forward() {
  for (std::size_t step = 1; step < shards_.end() - shards_.first(); step *= 2) {
    for (std::size_t s = shards_.first(); s < shards_.end(); s += 2 * step) losses_[s] += losses_[s + step];
  }
  std::memcpy(partial().last(2).data(), &losses_[shards_.first()], sizeof(double));
  enter(pass_.learns ? Stage::dense_gradient : Stage::done);
}

}  // namespace lodestone
