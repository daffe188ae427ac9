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
  /// For up to `windows` windows out of `frames` frames.
  static Result<Backpropagation> create(const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows);

  /// Bytes that `create` takes.
  static std::uint64_t memory(const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows);

  enum class Norm {
    batch,    ///< the statistics of the batch, and the running ones move towards them (momentum 0.1)
    running,  ///< the running statistics
  };

  /// Predicts the frame after each window and returns the mean squared error. Starts are in range.
  double forward(Weights& weights, const Array2<float>& frames, std::span<const std::int64_t> starts, Norm norm);

  /// The gradients of the loss of the last `forward` with Norm::batch, which it overwrites. The running statistics of
  /// `gradient` are left alone.
  void backward(const Weights& weights, Weights& gradient);

  /// Of the last `forward`: the first rows, one a window, `[windows, bins]`.
  const Array2<float>& predictions() const { return predictions_; }

 private:
  struct Layer {
    std::size_t hidden;
    Buffer<float> gates;         ///< `[sequence, windows, 4·hidden]`: activations, then their gradients
    Buffer<float> cell, output;  ///< `[sequence, windows, hidden]`
    Buffer<float> bias;          ///< `[4·hidden]`
  };

  void batch_statistics(const Array2<float>& frames);
  void move_running_statistics(Weights& weights) const;
  void normalise(const Array2<float>& frames);
  void gather_inputs(const Weights& weights, std::size_t l);
  void recur(const LstmWeights& weights, Layer& layer);
  double predict(const Weights& weights, const Array2<float>& frames);

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

  const Kernels* kernels_ = nullptr;
  Batch batch_;
  std::vector<Layer> layers_;
  Packed packed_;                   ///< the right factor of the product in work
  Buffer<double> mean_, variance_;  ///< `[bins]`; variance_ becomes 1/σ in forward; both hold sums in backward
  Array2<float> normalised_;        ///< x̂ `[distinct, bins]`
  Buffer<float> shared_;            ///< `[distinct, 4·hidden]` of the first layer: products, then gradients
  Array2<float> predictions_;       ///< `[windows, bins]`
  Array2<float> errors_;            ///< gradient of the predictions `[windows, bins]`
  Buffer<float>
      above_;  ///< gradient of a layer's outputs from above `[sequence, windows, hidden]`; of the top: last step only
  Buffer<float> output_gradient_;  ///< `[windows, hidden]`
  Buffer<float> cell_gradient_;    ///< `[windows, hidden]`
};

}  // namespace lodestone
