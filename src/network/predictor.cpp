#include <algorithm>
#include <cmath>

#include "network/weights.hpp"
#include "vector/packed.hpp"

namespace lodestone {
namespace {

/// What the activations of a cell cost, in multiply-adds.
constexpr std::int64_t activation_cost = 60;

/// Keeps subnormal numbers out, see vector/lanes.hpp.
float scrubbed(float value) { return std::fabs(value) < 1e-20f ? 0.0f : value; }

void scrub(std::span<float> values) {
  for (float& value : values) value = scrubbed(value);
}

/// What inference needs of trained weights, in place. BatchNorm with running statistics is an affine map, and becomes
/// part of the first layer: its weights take γ/σ, its bias W·β. The mean stays outside, because subtracting it first
/// loses no digits where a bin hardly varies. Each layer's biases become one, in `input_bias`.
void fold(Weights& weights) {
  for (LstmWeights& layer : weights.layers) {
    for (std::size_t g = 0; g < layer.input_bias.size(); ++g) layer.input_bias[g] += layer.recurrent_bias[g];
  }
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
  for (const NamedTensor& tensor : tensors(weights)) scrub(tensor.values);
}

struct Layer {
  std::size_t hidden = 0;
  Packed input, recurrent;
  std::span<float> gates;         ///< `[rows, 4·hidden]`
  std::span<float> cell, output;  ///< `[rows, hidden]`
};

}  // namespace

/// A frame goes through stages: per layer its input product, its recurrent product and its activations; at the end the
/// Dense layer. A stage is cut into units: panels of a product's columns, rows of activations.
struct Predictor::Engine {
  Engine(const NetworkConfig& config, Weights trained, Mode mode);

  /// Takes memory and weights; fails only for want of memory.
  Status prepare(const NetworkConfig& config);
  void reset();
  void begin(std::span<const float> frame);
  bool step(Budget& budget);

  std::span<float> prediction;  ///< `[bins]`
  std::int64_t cost = 0;

 private:
  void lay_out(Arena& arena, const NetworkConfig& config);
  void pack();
  std::size_t stages() const { return 3 * layers.size() + 1; }
  bool activates() const { return stage % 3 == 2; }
  Product product() const;
  std::size_t units() const;
  std::int64_t unit_cost() const;
  void run(std::size_t first, std::size_t last);
  void finish();
  void clear_row(std::size_t row);

  const Kernels& kernels = lodestone::kernels();
  Weights weights;   ///< folded
  std::size_t rows;  ///< windows in flight: `sequence`, or 1 in stateful mode
  bool retires;      ///< whether the oldest window ends once it is `rows` frames long
  Buffer<std::byte> block;
  std::span<float> centred;  ///< the frame less the mean `[bins]`
  std::span<float> shared;   ///< the first layer's input product `[4·hidden]`, the same for all windows
  std::vector<Layer> layers;
  Packed dense;

  std::size_t begun = 0;   ///< windows that have begun, at most `rows`: they are the first rows
  std::size_t oldest = 0;  ///< the row whose window is the longest
  std::size_t stage = 0;   ///< of the frame in work
  std::size_t done = 0;    ///< units of that stage
};

Predictor::Engine::Engine(const NetworkConfig& config, Weights trained, Mode mode)
    : weights(std::move(trained)),
      rows(mode == Mode::window ? static_cast<std::size_t>(config.sequence) : 1),
      retires(mode == Mode::window),
      layers(config.layers.size()) {}

void Predictor::Engine::lay_out(Arena& arena, const NetworkConfig& config) {
  const auto bins = static_cast<std::size_t>(config.bins);
  prediction = arena.take<float>(bins);
  centred = arena.take<float>(bins);
  shared = arena.take<float>(4 * static_cast<std::uint64_t>(config.layers[0]));
  std::uint64_t inputs = bins;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    Layer& layer = layers[l];
    layer.hidden = static_cast<std::size_t>(config.layers[l]);
    const std::uint64_t hidden = layer.hidden;
    layer.input = Packed(kernels, arena, inputs, 4 * hidden);
    layer.recurrent = Packed(kernels, arena, hidden, 4 * hidden);
    layer.gates = arena.take<float>(rows * 4 * hidden);
    layer.cell = arena.take<float>(rows * hidden);
    layer.output = arena.take<float>(rows * hidden);
    inputs = hidden;
  }
  dense = Packed(kernels, arena, inputs, bins);
}

void Predictor::Engine::pack() {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LstmWeights& from = weights.layers[l];
    layers[l].input.fill_transposed(from.input.data(), from.input.rows(), from.input.cols());
    layers[l].recurrent.fill_transposed(from.recurrent.data(), from.recurrent.rows(), from.recurrent.cols());
    from.input = {};  // the packed ones are all it takes
    from.recurrent = {};
  }
  dense.fill_transposed(weights.dense_weight.data(), weights.dense_weight.rows(), weights.dense_weight.cols());
  weights.dense_weight = {};
}

Status Predictor::Engine::prepare(const NetworkConfig& config) {
  Arena needed;
  lay_out(needed, config);
  auto memory = Buffer<std::byte>::create(needed.size());
  if (!memory) return memory.error();
  block = std::move(*memory);
  Arena arena(block.data());
  lay_out(arena, config);
  fold(weights);
  pack();
  begun = rows;
  for (stage = 0; stage < stages(); ++stage) cost += static_cast<std::int64_t>(units()) * unit_cost();
  reset();
  return {};
}

void Predictor::Engine::reset() {
  begun = oldest = done = 0;
  stage = stages();
  for (std::size_t row = 0; row < rows; ++row) clear_row(row);
}

void Predictor::Engine::clear_row(std::size_t row) {
  for (const Layer& layer : layers) {
    for (const std::span<float> state : {layer.cell, layer.output}) {
      std::fill_n(state.data() + row * layer.hidden, layer.hidden, 0.0f);
    }
  }
}

void Predictor::Engine::begin(std::span<const float> frame) {
  for (std::size_t k = 0; k < centred.size(); ++k) centred[k] = scrubbed(frame[k]) - weights.running_mean[k];
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
Product Predictor::Engine::product() const {
  const std::size_t l = stage / 3;
  if (l == layers.size()) {
    const Layer& last = layers.back();
    return dense.times(1, last.output.data() + oldest * last.hidden, weights.dense_bias.data(), 0, prediction.data());
  }
  const Layer& layer = layers[l];
  if (stage == 0) return layer.input.times(1, centred.data(), weights.layers[0].input_bias.data(), 0, shared.data());
  if (stage % 3 == 0) {
    return layer.input.times(begun, layers[l - 1].output.data(), weights.layers[l].input_bias.data(), 0,
                             layer.gates.data());
  }
  return l == 0 ? layer.recurrent.times(begun, layer.output.data(), shared.data(), 0, layer.gates.data())
                : layer.recurrent.times(begun, layer.output.data(), layer.gates.data(), 4 * layer.hidden,
                                        layer.gates.data());
}

std::size_t Predictor::Engine::units() const { return activates() ? begun : kernels.panels(product().columns); }

std::int64_t Predictor::Engine::unit_cost() const {
  if (activates()) return static_cast<std::int64_t>(layers[stage / 3].hidden) * activation_cost;
  const Product p = product();
  return static_cast<std::int64_t>(p.rows * p.depth * kernels.panel);
}

void Predictor::Engine::run(std::size_t first, std::size_t last) {
  if (!activates()) return kernels.multiply(product(), first, last);
  const Layer& layer = layers[stage / 3];
  const std::size_t offset = first * layer.hidden;
  float* cell = layer.cell.data() + offset;
  kernels.lstm_forward(
      {last - first, layer.hidden, layer.gates.data() + 4 * offset, cell, cell, layer.output.data() + offset});
}

void Predictor::Engine::finish() {
  scrub(prediction);
  if (!retires || begun < rows) return;
  clear_row(oldest);
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
  auto engine = std::make_unique<Engine>(config, std::move(*copy), mode);
  if (auto error = engine->prepare(config)) return *error;
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
