#pragma once

#include <vector>

#include "lodestone/network.hpp"
#include "training/batch.hpp"
#include "training/shards.hpp"
#include "training/stretches.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// What a pass goes over: windows of equal length, side by side. At step t the window that starts at frame s reads
/// frame s + t and, where that is scored, predicts frame s + t + 1.
struct Pass {
  std::span<const std::int64_t> starts;  ///< ascending, but of stretches
  std::size_t length;                    ///< frames of each window
  std::size_t first_scored;              ///< the step from which on predictions count
  std::size_t scored;                    ///< predictions that count, of all windows together
  bool learns = true;                    ///< with the backward pass
  bool batch_statistics;                 ///< BatchNorm with those of the pass, not the running ones
  /// Of each window, where the state is carried on from pass to pass: how far it counts, and whether it starts in
  /// zeros. Such a pass is one shard, the first.
  std::span<const Stretch> stretches = {};
  std::span<const float> heard = {};  ///< what is read instead of the frames, which remain what is to be predicted

  /// Windows whose next frame is what counts.
  static Pass windows(std::span<const std::int64_t> starts, std::size_t length, bool learns, bool batch_statistics) {
    return {starts, length, length - 1, starts.size(), learns, batch_statistics};
  }
};

/// Forward and backward passes of BatchNorm → LSTM layers → Dense over a batch of windows, with the squared error of
/// the predictions that are scored. One object computes one part of a pass: the sums over a branch of the tree over the
/// shards.
///
/// The first layer's products are made once per distinct frame of the part, not once per place in a window (a place is
/// a step of a window): the forward product is gathered into the windows; backward, the gate gradients are summed per
/// distinct frame first. No gradient flows below BatchNorm, so that its own gradients follow from the first layer's,
/// once those of all parts are summed (see `norm_gradient`).
class Backpropagation {
 public:
  /// For passes over `frames` frames with up to `windows` windows, of which this object computes up to `capacity` with
  /// as many scored predictions and `capacity`·sequence places; up to `carried` windows where a pass carries its state.
  /// The arena's memory must be zero.
  void lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
               std::uint64_t capacity, std::uint64_t carried);

  std::size_t capacity() const { return capacity_; }

  /// The running statistics of `weights` become those of the clips of `frames`.
  void adopt_statistics(Weights& weights, std::span<const float> frames, std::span<const Clip> clips);

  /// Begins a pass over `frames` `[frames, bins]`. What it is given must stay as it is while `run` goes on.
  void begin(const Weights& weights, std::span<const float> frames, const Pass& pass);

  /// Works on the part for some milliseconds; true while more is left, until its sums are in `partial`.
  bool run(std::size_t part, std::size_t parts);

  /// The last values are the two halves of the loss, a double: the sum of all squared errors. Before them, where the
  /// pass learns, the gradients of the mean squared error.
  std::span<float> partial();
  void add(std::span<const float> other);
  /// That of `partial`.
  double loss() const;

  /// To be called once the sums of all parts are in `partial`: makes the gradients those of `weights`. They are in the
  /// order of the trained tensors and stay until the next `run`.
  const std::vector<std::span<float>>& finish(const Weights& weights);
  const std::vector<std::span<float>>& gradients() const { return gradients_; }
  /// The running statistics move towards those of the pass (momentum 0.1).
  void move_running_statistics(Weights& weights) const;
  /// The state after the last step becomes that before the first.
  void carry();
  /// Every array of the state that is carried.
  template <class Visit>
  void visit_carried(Visit visit) {
    for (Layer& layer : layers_) {
      visit(std::span<float>(layer.cell.data() - carried_ * layer.hidden, carried_ * layer.hidden));
      visit(std::span<float>(layer.output.data() - carried_ * layer.hidden, carried_ * layer.hidden));
    }
  }

  /// Which windows of the pass this object has computed last, and their predictions `[scored, bins]`.
  std::size_t first_window() const { return begin_; }
  std::span<const float> predictions() const { return predictions_.first(scored_rows() * bins()); }

 private:
  /// The stages of a pass, in order; those from `inputs` to `recur` for each layer upwards, those from `unroll` to
  /// `below` for each layer downwards.
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
    std::span<float> cell, output;  ///< `[sequence, windows, hidden]`; what was carried in stands before
    std::span<float> bias;          ///< `[4·hidden]`
    std::span<float> input_gradient, recurrent_gradient, bias_gradient;  ///< in partial_
  };

  /// The factors of one shard's term aᵀ·b of a gradient: rows that lie in runs.
  struct Factor {
    const float* a;
    std::size_t rows, run, skip;
    Packed b;
  };

  void lay_out_partial(Arena& arena, const NetworkConfig& config);
  void enter(Stage stage, std::size_t layer = 0);
  void work();
  void start(std::size_t part, std::size_t parts);
  void select();
  void find_statistics();
  const float* begin_statistics(std::size_t frame);
  void end_statistics(const float* origin);
  void move_running_statistics(Weights& weights, double momentum, double count) const;
  void normalise();
  void inputs();
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

  std::size_t windows_until(std::size_t shard) const;
  bool sum_shards(std::size_t width, std::size_t columns, std::span<float> gradient);
  void set_factors(const float* a, std::size_t width, const float* b, std::size_t columns, std::size_t steps);
  void sum_rows(std::size_t width, std::span<float> sum);
  template <class Term>
  void sum_tree(std::size_t first, std::size_t count, std::size_t size, float* to, const Term& term);
  bool multiply_some(Product product);
  void multiply(const Product& product);

  std::size_t bins() const { return mean_.size(); }
  std::size_t rows() const { return end_ - begin_; }
  std::size_t places() const { return pass_.length * rows(); }
  std::size_t scored_rows() const { return (pass_.length - pass_.first_scored) * rows(); }
  bool carries() const { return !pass_.stretches.empty(); }
  const LstmWeights& weights() const { return weights_->layers[layer_]; }

  const Kernels& kernels_ = kernels();
  const Weights* weights_ = nullptr;
  std::span<const float> frames_;
  Pass pass_{};
  Stage stage_ = Stage::done;
  std::size_t layer_ = 0, piece_ = 0;
  std::uint64_t spent_ = 0;                                   ///< multiplications of this call of run
  std::size_t first_shard_ = 0, end_shard_ = 0;               ///< of this part
  std::size_t begin_ = 0, end_ = 0;                           ///< the windows of the pass in work
  std::size_t capacity_ = 0, carried_ = 0, block_rows_ = 24;  ///< of a gradient, that are summed at once
  double losses_[shard_count] = {};

  Batch batch_;
  std::vector<Layer> layers_;
  std::vector<std::span<float>> gradients_;        ///< of the trained tensors
  Packed packed_;                                  ///< the right factor of the product in work
  std::span<float> factors_block_;                 ///< room of factors_
  Factor factors_[shard_count] = {};               ///< of the sum in work
  std::span<double> mean_, variance_, deviation_;  ///< `[bins]`; deviation_ is 1/σ
  std::span<double> norm_sums_;                    ///< `[2·bins]`
  std::span<float> normalised_;                    ///< x̂ `[distinct, bins]`
  std::span<float> shared_;  ///< `[distinct, 4·hidden]` of the first layer: products, then gradients of all shards
  std::span<float> predictions_;  ///< `[scored, bins]`
  std::span<float> errors_;       ///< gradient of the predictions `[scored, bins]`
  std::span<float> above_;        ///< gradient of a layer's outputs from above `[sequence, windows, hidden]`; of the
                                  ///< top layer: from the first scored step on
  std::span<float> output_gradient_;  ///< `[windows, hidden]`
  std::span<float> cell_gradient_;    ///< `[windows, hidden]`
  std::span<float> partial_, norm_gradient_, dense_gradient_, dense_bias_gradient_;
  std::span<float> branches_;  ///< `[3, …]` sums of branches of the tree that wait for their neighbours
};

}  // namespace lodestone
