#pragma once

#include <vector>

#include "lodestone/network.hpp"
#include "training/batch.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Forward and backward passes of BatchNorm → LSTM layers → Dense (last step only) over a batch of windows, with the
/// mean squared error.
///
/// The first layer's products are made once per distinct frame of the batch, not once per place in a window: the
/// forward product is gathered into the windows; backward, the gate gradients are summed per distinct frame first. No
/// gradient flows below BatchNorm, so that its own gradients follow from the first layer's (see `norm_gradient`).
class Backpropagation {
 public:
  /// For up to `windows` windows out of `frames` frames. The arena's memory must be zero.
  void lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows);

  enum class Norm {
    batch,    ///< the statistics of the batch, and the running ones move towards them (momentum 0.1)
    running,  ///< the running statistics
  };

  /// Predicts the frame after each window and returns the mean squared error. `frames` is `[frames, bins]`; starts are
  /// in range.
  double forward(Weights& weights, std::span<const float> frames, std::span<const std::int64_t> starts, Norm norm);

  /// The gradients of the loss of the last `forward` with Norm::batch, which it overwrites. The running statistics of
  /// `gradient` are left alone.
  void backward(const Weights& weights, Weights& gradient);

  /// Of the last `forward`: `[windows, bins]`.
  std::span<const float> predictions() const { return predictions_.first(batch_.windows() * bins()); }

 private:
  struct Layer {
    std::size_t hidden = 0;
    std::span<float> gates;         ///< `[sequence, windows, 4·hidden]`: activations, then their gradients
    std::span<float> cell, output;  ///< `[sequence, windows, hidden]`
    std::span<float> bias;          ///< `[4·hidden]`
  };

  void batch_statistics(std::span<const float> frames);
  void move_running_statistics(Weights& weights) const;
  void normalise(std::span<const float> frames);
  void gather_inputs(const Weights& weights, std::size_t l);
  void recur(const LstmWeights& weights, Layer& layer);
  double predict(const Weights& weights, std::span<const float> frames);

  void dense_backward(const Weights& weights, Weights& gradient);
  void recur_backward(const LstmWeights& weights, std::size_t l);
  void recurrent_gradient(const Layer& layer, LstmWeights& gradient);
  void input_gradient(const LstmWeights& weights, std::size_t l, LstmWeights& gradient);
  void shared_input_gradient(LstmWeights& gradient);
  void norm_gradient(const Weights& weights, Weights& gradient);

  const float* last_output() const {
    return layers_.back().output.data() + (places() - batch_.windows()) * layers_.back().hidden;
  }
  std::size_t places() const { return batch_.sequence() * batch_.windows(); }
  std::size_t bins() const { return mean_.size(); }
  void multiply(const Product& product) const { kernels_.multiply_all(product); }
  void sum_rows(std::size_t rows, const float* matrix, std::span<float> sum) const;

  const Kernels& kernels_ = kernels();
  Batch batch_;
  std::vector<Layer> layers_;
  Packed packed_;                      ///< the right factor of the product in work
  std::span<double> mean_, variance_;  ///< `[bins]`; variance_ becomes 1/σ in forward; both hold sums in backward
  std::span<float> normalised_;        ///< x̂ `[distinct, bins]`
  std::span<float> shared_;            ///< `[distinct, 4·hidden]` of the first layer: products, then gradients
  std::span<float> predictions_;       ///< `[windows, bins]`
  std::span<float> errors_;            ///< gradient of the predictions `[windows, bins]`
  std::span<float> above_;  ///< gradient of a layer's outputs from above `[sequence, windows, hidden]`; of the
                            ///< top layer: last step only
  std::span<float> output_gradient_;  ///< `[windows, hidden]`
  std::span<float> cell_gradient_;    ///< `[windows, hidden]`
};

}  // namespace lodestone
