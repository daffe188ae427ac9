#include <algorithm>
#include <cmath>

#include "first_error.hpp"
#include "network/weights.hpp"
#include "vector/packed.hpp"

namespace lodestone {
namespace {

/// What an activation of five gates costs, in multiply-adds.
constexpr std::int64_t activation_cost = 60;

/// Keeps subnormal numbers out, see vector/lanes.hpp.
float scrubbed(float value) { return std::fabs(value) < 1e-20f ? 0.0f : value; }

void scrub(std::span<float> values) {
  for (float& value : values) value = scrubbed(value);
}

/// The sum of both biases: inference needs no more.
Result<Buffer<float>> joint_bias(const LstmWeights& weights) {
  auto bias = weights.input_bias.clone();
  if (!bias) return bias;
  for (std::size_t j = 0; j < bias->size(); ++j) (*bias)[j] += weights.recurrent_bias[j];
  return bias;
}

struct Layer {
  Packed input, recurrent;
  Buffer<float> bias;          ///< `[4·hidden]`
  Array2<float> gates;         ///< `[rows, 4·hidden]`
  Array2<float> cell, output;  ///< `[rows, hidden]`

  Status prepare(const Kernels& kernels, const LstmWeights& weights, std::uint64_t rows) {
    const std::size_t hidden = weights.recurrent.cols();
    FirstError error;
    error.take(input, Packed::create(kernels, kernels.packed_size(weights.input.cols(), 4 * hidden)));
    error.take(recurrent, Packed::create(kernels, kernels.packed_size(hidden, 4 * hidden)));
    error.take(bias, joint_bias(weights));
    error.take(gates, Array2<float>::create(rows, 4 * hidden));
    error.take(cell, Array2<float>::create(rows, hidden));
    error.take(output, Array2<float>::create(rows, hidden));
    if (error) return error.status();
    input.fill_transposed(weights.input.data(), 4 * hidden, weights.input.cols());
    recurrent.fill_transposed(weights.recurrent.data(), 4 * hidden, hidden);
    return {};
  }

  void reset_row(std::size_t row) {
    std::memset(cell.row(row).data(), 0, cell.row(row).size_bytes());
    std::memset(output.row(row).data(), 0, output.row(row).size_bytes());
  }
};

/// BatchNorm with running statistics is an affine map, and becomes part of the first layer: its weights take γ/σ, its
/// bias W·β. The mean stays outside, because subtracting it first loses no digits where a bin hardly varies.
void fold_norm(Weights& weights) {
  LstmWeights& first = weights.layers[0];
  for (std::size_t g = 0; g < first.input.rows(); ++g) {
    double shift = first.input_bias[g];
    for (std::size_t k = 0; k < first.input.cols(); ++k) {
      const double weight = first.input(g, k);
      const double deviation = std::sqrt(static_cast<double>(weights.running_var[k]) + 1e-5);
      shift += weight * weights.norm_bias[k];
      first.input(g, k) = static_cast<float>(weight * weights.norm_weight[k] / deviation);
    }
    first.input_bias[g] = static_cast<float>(shift);
  }
}

}  // namespace

/// A frame goes through stages: per layer its input product, its recurrent product and its activations; at the end the
/// Dense layer. A stage is cut into units: panels of a product's columns, rows of activations.
struct Predictor::Engine {
  Engine(const Kernels& widest, std::size_t in_flight, bool windows)
      : kernels(widest), rows(in_flight), retires(windows) {}

  const Kernels& kernels;
  std::size_t rows;             ///< windows in flight: `sequence`, or 1 in stateful mode
  bool retires;                 ///< whether the oldest window ends once it is `rows` frames long
  Buffer<float> mean, centred;  ///< `[bins]`
  Buffer<float> shared;         ///< the first layer's input product `[4·hidden]`, the same for all windows
  std::vector<Layer> layers;
  Packed dense;
  Buffer<float> dense_bias, prediction;  ///< `[bins]`
  std::int64_t cost = 0;

  std::size_t begun = 0;   ///< windows that have begun, at most `rows`: they are the first rows
  std::size_t oldest = 0;  ///< the row whose window is the longest
  std::size_t stage = 0;   ///< of the frame in work
  std::size_t done = 0;    ///< units of that stage

  std::size_t stages() const { return 3 * layers.size() + 1; }
  bool activates() const { return stage % 3 == 2; }

  Status prepare(const NetworkConfig& config, Weights weights);
  void reset();
  void begin(std::span<const float> frame);
  bool step(Budget& budget);

 private:
  Product product();
  std::size_t units();
  std::int64_t unit_cost();
  void run(std::size_t first, std::size_t last);
  void finish();
};

Status Predictor::Engine::prepare(const NetworkConfig& config, Weights weights) {
  fold_norm(weights);
  for (const NamedTensor& tensor : tensors(weights)) scrub(tensor.values);
  FirstError error;
  error.take(mean, weights.running_mean.clone());
  error.take(centred, Buffer<float>::create(mean.size()));
  error.take(shared, Buffer<float>::create(weights.layers[0].input.rows()));
  error.take(dense,
             Packed::create(kernels, kernels.packed_size(weights.dense_weight.cols(), weights.dense_weight.rows())));
  error.take(dense_bias, weights.dense_bias.clone());
  error.take(prediction, Buffer<float>::create(weights.dense_bias.size()));
  if (error) return error.status();
  dense.fill_transposed(weights.dense_weight.data(), weights.dense_weight.rows(), weights.dense_weight.cols());
  layers.resize(config.layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (auto failure = layers[l].prepare(kernels, weights.layers[l], rows)) return failure;
  }
  begun = rows;
  for (stage = 0; stage < stages(); ++stage) cost += static_cast<std::int64_t>(units()) * unit_cost();
  reset();
  return {};
}

void Predictor::Engine::reset() {
  begun = oldest = done = 0;
  stage = stages();
  for (Layer& layer : layers) {
    for (std::size_t row = 0; row < rows; ++row) layer.reset_row(row);
  }
}

void Predictor::Engine::begin(std::span<const float> frame) {
  for (std::size_t k = 0; k < mean.size(); ++k) centred[k] = scrubbed(frame[k]) - mean[k];
  if (begun < rows) ++begun;
  stage = done = 0;
}

bool Predictor::Engine::step(Budget& budget) {
  while (stage < stages()) {
    const std::int64_t unit = unit_cost();
    const auto rest = static_cast<std::int64_t>(units() - done);
    const std::int64_t share = std::clamp<std::int64_t>(budget.left / unit, 1, rest);
    run(done, done + static_cast<std::size_t>(share));
    done += static_cast<std::size_t>(share);
    if (share == rest) {
      done = 0;
      if (++stage == stages()) finish();
    }
    if (!budget.spend(share * unit)) break;
  }
  return stage == stages();
}

/// That of the stage, where it does not activate.
Product Predictor::Engine::product() {
  if (stage + 1 == stages()) {
    return dense.times(1, layers.back().output.row(oldest).data(), dense_bias.data(), 0, prediction.data());
  }
  Layer& layer = layers[stage / 3];
  const bool first = stage < 3;
  if (stage % 3 == 0) {
    return first ? layer.input.times(1, centred.data(), layer.bias.data(), 0, shared.data())
                 : layer.input.times(begun, (&layer)[-1].output.data(), layer.bias.data(), 0, layer.gates.data());
  }
  return layer.recurrent.times(begun, layer.output.data(), first ? shared.data() : layer.gates.data(),
                               first ? 0 : layer.gates.cols(), layer.gates.data());
}

std::size_t Predictor::Engine::units() { return activates() ? begun : kernels.panels(product().columns); }

std::int64_t Predictor::Engine::unit_cost() {
  if (activates()) return static_cast<std::int64_t>(layers[stage / 3].output.cols()) * activation_cost;
  const Product p = product();
  return static_cast<std::int64_t>(p.rows * p.depth * kernels.panel);
}

void Predictor::Engine::run(std::size_t first, std::size_t last) {
  if (!activates()) return kernels.multiply(product(), first, last);
  Layer& layer = layers[stage / 3];
  float* cell = layer.cell.row(first).data();
  kernels.lstm_forward(
      {last - first, layer.output.cols(), layer.gates.row(first).data(), cell, cell, layer.output.row(first).data()});
}

void Predictor::Engine::finish() {
  scrub(prediction);
  if (!retires || begun < rows) return;
  for (Layer& layer : layers) layer.reset_row(oldest);
  oldest = (oldest + 1) % rows;
}

Predictor::Predictor(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Result<Predictor> Predictor::create(const NetworkConfig& config, const Weights& weights, Mode mode) {
  if (auto error = config.check()) return *error;
  if (auto error = check_shapes(config, weights)) return *error;
  auto copy = weights.clone();
  if (!copy) return copy.error();
  const bool window = mode == Mode::window;
  std::unique_ptr<Engine> engine(new Engine(kernels(), window ? static_cast<std::size_t>(config.sequence) : 1, window));
  if (auto error = engine->prepare(config, std::move(*copy))) return *error;
  return Predictor(std::move(engine));
}

void Predictor::reset() { engine_->reset(); }
void Predictor::begin(std::span<const float> frame) { engine_->begin(frame); }
bool Predictor::step(Budget& budget) { return engine_->step(budget); }

std::span<const float> Predictor::process(std::span<const float> frame) {
  begin(frame);
  Budget budget = Budget::unlimited();
  while (!step(budget)) budget = Budget::unlimited();
  return prediction();
}

std::span<const float> Predictor::prediction() const { return engine_->prediction; }
std::int64_t Predictor::cost() const { return engine_->cost; }

}  // namespace lodestone
