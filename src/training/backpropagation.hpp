#pragma once

#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/network.hpp"
#include "training/batch.hpp"
#include "training/moments.hpp"
#include "training/pass.hpp"
#include "training/shard_sums.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Forward and backward passes of BatchNorm → LSTM layers → Dense over a batch of windows, with the squared error of
/// the scored predictions. One object computes one part of a pass: the sums over one branch of the tree of shards.
///
/// The first layer's products are computed once per distinct frame of the part, not once per place (a step of a
/// window). The forward product is then gathered into the windows; in the backward pass, the gate gradients are first
/// summed per distinct frame. No gradient flows below BatchNorm, so its own gradients follow from those of the first
/// layer, once all parts have been summed (see `norm_gradient`).
class Backpropagation {
 public:
  /// For passes over `frames` frames with up to `windows` windows, of which this object computes up to `capacity` at
  /// once, with up to `scored` scored predictions and capacity·sequence or `scored` places, whichever is more. The
  /// arena's memory must be zero.
  void lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
               std::uint64_t capacity, std::uint64_t scored);

  std::size_t capacity() const { return capacity_; }

  /// Begins a pass over `frames` `[frames, bins]`. The arguments must stay unchanged until `run` is done.
  void begin(const Weights& weights, std::span<const float> frames, const Pass& pass);

  /// Works on the part for a few milliseconds; true while there is more to do. Afterwards the sums are in `partial`.
  bool run(std::size_t part, std::size_t parts);

  /// The last two values are the two halves of the loss (a double), the sum of all squared errors. If the pass learns,
  /// they are preceded by the gradients of the mean squared error.
  std::span<float> partial();
  void add(std::span<const float> other);
  /// The loss in `partial`.
  double loss() const;

  /// Call this once `partial` holds the sums of all parts: converts the gradients into those of `weights`, in the order
  /// of the trained tensors. They are valid until the next `run`.
  const std::vector<std::span<float>>& finish(const Weights& weights);
  const std::vector<std::span<float>>& gradients() const { return gradients_; }
  /// Updates the running statistics with those of the pass (momentum 0.1).
  void move_running_statistics(Weights& weights) const;

  /// Writes the state at the end of each stretch that this object computed:
  /// `[layers]` of cells `[windows, hidden]` and outputs `[windows, hidden]`.
  void carry(std::span<float> states) const;

  /// The windows of the pass that this object computed last: `first_window()` .. `end_window() − 1`.
  std::size_t first_window() const { return begin_; }
  std::size_t end_window() const { return end_; }
  /// The prediction of one of them at a scored step, counted from `Pass::first_scored`.
  std::span<const float> prediction(std::size_t step, std::size_t window) const {
    return predictions_.subspan((step * rows() + window - begin_) * bins(), bins());
  }
  /// Copies all predictions to the rows step·windows + window.
  void copy_predictions(Array2<float>& to) const;

 private:
  /// The stages of a pass, in order. Those from `inputs` to `recur` run for each layer from the bottom up, those from
  /// `unroll` to `below` from the top down.
  enum class Stage {
    start,
    select,
    inputs,
    recur,
    predict,
    dense_gradient,
    unroll,
    recurrent_gradient,
    input_gradient,
    below,
    done
  };

  struct Layer {
    std::size_t hidden = 0, inputs = 0;
    std::span<float> gates;         ///< `[sequence, windows, 4·hidden]`: activations, then their gradients
    std::span<float> cell, output;  ///< `[sequence, windows, hidden]`, preceded by the initial state
    std::span<float> bias;          ///< `[4·hidden]`
    std::span<float> input_gradient, recurrent_gradient, bias_gradient;  ///< in partial_
  };

  void lay_out_layers(Arena& arena, const NetworkConfig& config, std::uint64_t places);
  void lay_out_partial(Arena& arena, const NetworkConfig& config);
  void enter(Stage stage, std::size_t layer = 0);
  void work();
  void start(std::size_t part, std::size_t parts);
  void select();
  void find_statistics();
  void take_up_states();

  void inputs();
  void normalise();
  void pack_inputs();
  void gather();
  void recur();
  void predict();
  void score(std::size_t shard);
  void finish_forward();

  void dense_gradient();
  void unroll();
  void recurrent_gradient();
  void input_gradient();
  void sum_frames();
  void below();
  void norm_gradient(const Weights& weights);
  bool sum_some(std::size_t width, std::size_t columns, std::span<float> gradient, std::size_t depth);

  bool multiply_some(Product product);
  void multiply(const Product& product);

  std::size_t bins() const { return deviation_.size(); }
  std::size_t rows() const { return end_ - begin_; }
  std::size_t places() const { return pass_.length * rows(); }
  std::size_t scored_rows() const { return (pass_.length - pass_.first_scored) * rows(); }
  /// The first step of a window that has a previous state.
  std::size_t first_recurrent() const { return pass_.stretches.empty() ? 1 : 0; }
  const LstmWeights& weights() const { return weights_->layers[layer_]; }

  const TrainingKernels& kernels_ = training_kernels();
  const Weights* weights_ = nullptr;
  std::span<const float> frames_;
  Pass pass_{};
  Stage stage_ = Stage::done;
  std::size_t layer_ = 0, piece_ = 0;
  std::uint64_t spent_ = 0;  ///< multiplications in this call of `run`
  Shards shards_;
  std::size_t begin_ = 0, end_ = 0;  ///< the windows being processed
  std::size_t capacity_ = 0;
  double losses_[shard_count] = {};

  Batch batch_;
  Moments moments_;
  ShardSums sums_;
  std::vector<Layer> layers_;
  std::vector<std::span<float>> gradients_;  ///< of the trained tensors
  Packed packed_;                            ///< right factor of the current product
  std::span<double> deviation_;              ///< 1/σ `[bins]`
  std::span<double> norm_sums_;              ///< `[2·bins]`
  std::span<float> normalised_;              ///< x̂ `[distinct, bins]`
  std::span<float> shared_;  ///< `[distinct, 4·hidden]` of the first layer: products, then gradients of all shards
  std::span<float> predictions_;  ///< `[scored, bins]`
  std::span<float> errors_;       ///< gradient of the predictions `[scored, bins]`
  std::span<float> above_;  ///< gradient of a layer's outputs from above `[sequence, windows, hidden]`; for the top
                            ///< layer, from the first scored step on
  std::span<float> output_gradient_;  ///< `[windows, hidden]`
  std::span<float> cell_gradient_;    ///< `[windows, hidden]`
  std::span<float> partial_, norm_gradient_, dense_gradient_, dense_bias_gradient_;
};

}  // namespace lodestone
