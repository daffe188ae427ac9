#pragma once

#include <vector>

#include "lodestone/network.hpp"
#include "training/batch.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// What a pass goes over: windows of equal length, side by side. At step t the window that starts at frame s reads
/// frame s + t and, where that is scored, predicts frame s + t + 1. A place is a step of a window: place t·windows + w.
struct Pass {
  std::span<const std::int64_t> starts;
  std::size_t length;                    ///< frames of each window
  std::size_t first_scored, end_scored;  ///< the places whose predictions count
  bool carries = false;                  ///< keeps the state in which it ends
  bool carried = false;                  ///< starts in the state that was kept last, not in zeros; as many windows

  /// The frame after each window is what counts.
  static Pass windows(std::span<const std::int64_t> starts, std::size_t length) {
    return {starts, length, (length - 1) * starts.size(), length * starts.size()};
  }
  std::size_t scored() const { return end_scored - first_scored; }
};

/// Forward and backward passes of BatchNorm → LSTM layers → Dense over a batch of windows, with the mean squared error
/// of the places that are scored.
///
/// The first layer's products are made once per distinct frame of the batch, not once per place in a window: the
/// forward product is gathered into the windows; backward, the gate gradients are summed per distinct frame first. No
/// gradient flows below BatchNorm, so that its own gradients follow from the first layer's (see `norm_gradient`).
class Backpropagation {
 public:
  /// For passes over `frames` frames with up to `windows` windows, as many scored places and `windows`·sequence places
  /// in all; up to `carried` windows where a pass carries. The arena's memory must be zero.
  void lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
               std::uint64_t carried);

  /// The running statistics of `weights` become those of `frames`.
  void adopt_statistics(Weights& weights, std::span<const float> frames);

  enum class Norm {
    batch,    ///< the statistics of the batch, and the running ones move towards them (momentum 0.1)
    running,  ///< the running statistics
  };

  /// Predicts and returns the mean squared error. `frames` is `[frames, bins]`; the pass is in range.
  double forward(Weights& weights, std::span<const float> frames, const Pass& pass, Norm norm);

  /// The gradients of the loss of the last `forward`, which it overwrites; none flows into the state that was carried
  /// in. The running statistics of `gradient` are left alone.
  void backward(const Weights& weights, Weights& gradient);

  /// Of the last `forward`: `[scored places, bins]`.
  std::span<const float> predictions() const { return predictions_.first(scored() * bins()); }

 private:
  struct Layer {
    std::size_t hidden = 0;
    std::span<float> gates;         ///< `[sequence, windows, 4·hidden]`: activations, then their gradients
    std::span<float> cell, output;  ///< `[sequence, windows, hidden]`; what was carried in stands before
    std::span<float> bias;          ///< `[4·hidden]`
  };

  void find_statistics(std::span<const float> frames);
  void move_running_statistics(Weights& weights, double momentum) const;
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
  void carry();

  const float* scored_outputs() const { return layers_.back().output.data() + first_scored_ * layers_.back().hidden; }
  std::size_t scored() const { return end_scored_ - first_scored_; }
  std::size_t places() const { return batch_.sequence() * batch_.windows(); }
  std::size_t bins() const { return mean_.size(); }
  void multiply(const Product& product) const { kernels_.multiply_all(product); }
  void sum_rows(std::size_t rows, const float* matrix, std::span<float> sum) const;

  const Kernels& kernels_ = kernels();
  Batch batch_;
  std::size_t first_scored_ = 0, end_scored_ = 0;
  bool carries_ = false, carried_ = false;
  std::vector<Layer> layers_;
  Packed packed_;                      ///< the right factor of the product in work
  std::span<double> mean_, variance_;  ///< `[bins]`; variance_ becomes 1/σ in forward; both hold sums in backward
  std::span<float> normalised_;        ///< x̂ `[distinct, bins]`
  std::span<float> shared_;            ///< `[distinct, 4·hidden]` of the first layer: products, then gradients
  std::span<float> predictions_;       ///< `[scored, bins]`
  std::span<float> errors_;            ///< gradient of the predictions `[scored, bins]`
  std::span<float> above_;  ///< gradient of a layer's outputs from above `[sequence, windows, hidden]`; of the
                            ///< top layer: from the first scored step on
  std::span<float> output_gradient_;  ///< `[windows, hidden]`
  std::span<float> cell_gradient_;    ///< `[windows, hidden]`
};

}  // namespace lodestone
