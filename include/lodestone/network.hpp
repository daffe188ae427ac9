#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/facts/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/tensor.hpp"

namespace lodestone {

/// Name on the command line and in files: linear, log1p.
std::string_view scale_name(Scale scale);
bool parse_scale(std::string_view name, Scale& scale);

/// In place: from magnitudes to the network's scale.
void compress(Scale scale, std::span<float> magnitudes);
/// In place: from the network's scale to magnitudes.
void expand(Scale scale, std::span<float> values);

/// An LSTM layer in PyTorch's layout: rows hold the gates in the order i, f, g, o.
struct LstmWeights {
  Array2<float> input;           ///< weight_ih `[4·hidden, inputs]`
  Array2<float> recurrent;       ///< weight_hh `[4·hidden, hidden]`
  Buffer<float> input_bias;      ///< bias_ih `[4·hidden]`
  Buffer<float> recurrent_bias;  ///< bias_hh `[4·hidden]`
};

/// All trained values. Gradients have the same type (with running statistics left at zero). In a network of groups,
/// bins are those of all frames of a group, one frame after another.
///
/// A network with components has V and its bias in place of γ and β. It reads z = V·(y − running_mean) of a frame y,
/// and what it predicts, ẑ, becomes the frame Vᵀ·ẑ + bias. So the first LSTM layer and Dense see components instead of
/// bins. The running variance is not used then, only known.
struct Weights {
  Buffer<float> norm_weight, norm_bias;     ///< BatchNorm γ, β `[bins]`; empty with components
  Array2<float> components;                 ///< V `[components, bins]`; empty without components
  Buffer<float> components_bias;            ///< `[bins]`; empty without components
  Buffer<float> running_mean, running_var;  ///< BatchNorm running statistics `[bins]`, with unbiased variance
  std::vector<LstmWeights> layers;
  Array2<float> dense_weight;  ///< `[bins, hidden of the last layer]`
  Buffer<float> dense_bias;    ///< `[bins]`

  /// Zeros (running_var: ones) in the shapes given by `config`.
  static Result<Weights> create(const NetworkConfig& config);
  /// The weights with the shapes and values of these tensors, which are in the order of `tensors`.
  static Result<Weights> copy(std::span<const TensorView> from);
  Result<Weights> clone() const;
};

/// The weights, given as `tensors`, of the network without components that predicts the same, up to rounding: V is
/// multiplied into the first LSTM layer and Dense. A copy if `config` has no components.
Result<Weights> fold(const NetworkConfig& config, std::span<const TensorView> weights);

/// The name and shape of a tensor of a Weights object.
struct TensorShape {
  std::string name;
  std::vector<std::uint64_t> shape;
};

/// The names and shapes of all tensors in the order of `tensors`, without allocating their values. `config` must be
/// valid.
std::vector<TensorShape> tensor_shapes(const NetworkConfig& config);

/// A named tensor of a Weights object: `batch_norm.weight`, `lstm.weight_ih_l0`, `fc.bias`, …, as in the state_dict of
/// a PyTorch module with members `batch_norm`, `lstm` and `fc`; and `components.weight` and `components.bias`.
struct NamedTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::span<float> values;
};

/// All tensors in the order of PyTorch's state_dict; they point into `weights`.
std::vector<NamedTensor> tensors(Weights& weights);
/// The same, as float32.
std::vector<TensorView> tensors(const Weights& weights);

std::string_view mode_name(Mode mode);  ///< window, stateful
bool parse_mode(std::string_view name, Mode& mode);

struct PackedWeights;

/// Frame-by-frame inference; BatchNorm uses its running statistics (eps 1e-5). Works in the network's scale, without
/// compression or clamping. Real-time safe after `create`.
///
/// In window mode, `sequence` overlapping windows are in flight: each new frame advances all of them by one step, and
/// the oldest gives the prediction and retires. The results are exactly those of running the last `sequence` frames
/// from a zero state, and every frame takes the same work.
class Predictor {
 public:
  /// Copies what it needs from `weights`.
  static Result<Predictor> create(const NetworkConfig& config, const Weights& weights, Mode mode);
  /// Reads `weights` in place: they must outlive the predictor, and may change between `reset` and `begin`. `config`
  /// must be valid.
  static Result<Predictor> create(const NetworkConfig& config, const PackedWeights& weights, Mode mode);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// Forgets all frames.
  void reset();

  /// Takes effect with the next `begin`. Only for predictors created in window mode; others have room for one window
  /// only and ignore it. Switching to stateful: the longest window continues alone. Switching back: new windows begin,
  /// while the old state keeps predicting until `sequence` frames have arrived.
  void set_mode(Mode mode);

  /// Takes the next frame `[bins]`, or group of frames, one after another.
  void begin(std::span<const float> frame);
  /// Processes the frame; true once `prediction()` holds the frame after it.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process(std::span<const float> frame);

  /// The predicted next frame `[bins]`, or group. In window mode, the first predictions use the frames that have
  /// arrived so far.
  std::span<const float> prediction() const;

  /// The cost of one frame in the units of Budget, in the mode passed to `create`.
  std::int64_t cost() const;
  /// The cost with this many windows in flight (at least 1).
  std::int64_t cost(int windows) const;

 private:
  struct Engine;
  explicit Predictor(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
