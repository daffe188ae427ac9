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

namespace lodestone {

/// Name on the command line and in files: linear, log1p.
std::string_view scale_name(Scale scale);
bool parse_scale(std::string_view name, Scale& scale);

/// In place: magnitudes to what the network sees.
void compress(Scale scale, std::span<float> magnitudes);
/// In place: what the network says to magnitudes.
void expand(Scale scale, std::span<float> values);

/// One LSTM layer as PyTorch stores it: gates in the order i, f, g, o along the rows.
struct LstmWeights {
  Array2<float> input;           ///< weight_ih `[4·hidden, inputs]`
  Array2<float> recurrent;       ///< weight_hh `[4·hidden, hidden]`
  Buffer<float> input_bias;      ///< bias_ih `[4·hidden]`
  Buffer<float> recurrent_bias;  ///< bias_hh `[4·hidden]`
};

/// Everything that training changes. Gradients have the same form (their running statistics stay zero).
struct Weights {
  Buffer<float> norm_weight, norm_bias;     ///< BatchNorm γ, β `[bins]`
  Buffer<float> running_mean, running_var;  ///< BatchNorm running statistics `[bins]`, the variance unbiased
  std::vector<LstmWeights> layers;
  Array2<float> dense_weight;  ///< `[bins, hidden of the last layer]`
  Buffer<float> dense_bias;    ///< `[bins]`

  /// Zeros (running_var: ones) of the shapes that `config` asks for.
  static Result<Weights> create(const NetworkConfig& config);
  Result<Weights> clone() const;
};

/// Name and shape of a tensor of a Weights object.
struct TensorShape {
  std::string name;
  std::vector<std::uint64_t> shape;
};

/// Those of all tensors in the order of `tensors`, without taking memory for values. `config` must have passed its
/// check.
std::vector<TensorShape> tensor_shapes(const NetworkConfig& config);

/// One named tensor of a Weights object: `batch_norm.weight`, `lstm.weight_ih_l0`, `fc.bias`, …, as in the state_dict
/// of a PyTorch module with `batch_norm`, `lstm` and `fc`.
struct NamedTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::span<float> values;
};

/// All tensors in the order of PyTorch's state_dict; they point into `weights`.
std::vector<NamedTensor> tensors(Weights& weights);

std::string_view mode_name(Mode mode);  ///< window, stateful
bool parse_mode(std::string_view name, Mode& mode);

struct PackedWeights;

/// Inference, a frame at a time, BatchNorm with its running statistics (eps 1e-5). Works in the network's scale: no
/// compression, no clamping. Real-time safe after `create`.
///
/// In window mode the `sequence` overlapping windows are kept in flight: each new frame advances all of them by one
/// step, the oldest gives the prediction and retires. Exactly the numbers of running the last `sequence` frames from a
/// zero state, and the same work every frame.
class Predictor {
 public:
  /// Copies what it needs of `weights`.
  static Result<Predictor> create(const NetworkConfig& config, const Weights& weights, Mode mode);
  /// Reads `weights` where they are: they must outlive it, and may change between `reset` and `begin`. `config` must
  /// have passed its check.
  static Result<Predictor> create(const NetworkConfig& config, const PackedWeights& weights, Mode mode);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// Forgets all frames.
  void reset();

  /// From the next `begin` on, where created in window mode (in stateful mode there is room for one window only: no
  /// effect). To stateful: the longest window goes on alone. Back: windows begin again, while that state goes on
  /// predicting until `sequence` frames have come.
  void set_mode(Mode mode);

  /// Takes the next frame `[bins]`.
  void begin(std::span<const float> frame);
  /// Goes on with the frame; true once `prediction()` is that of the frame after it.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process(std::span<const float> frame);

  /// The predicted next frame `[bins]`. In window mode, while fewer than `sequence` frames have come: from those.
  std::span<const float> prediction() const;

  /// Cost of one frame in the units of Budget, in the mode of `create`.
  std::int64_t cost() const;
  /// That with so many windows in flight, 1 or more.
  std::int64_t cost(int windows) const;

 private:
  struct Engine;
  explicit Predictor(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
