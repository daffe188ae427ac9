#include <algorithm>
#include <cmath>

#include "network/packed_weights.hpp"
#include "network/scrub.hpp"
#include "network/weights.hpp"

namespace lodestone {
namespace {

/// The cost of a cell's activations, in multiply-adds.
constexpr std::int64_t activation_cost = 110;

/// The state of a layer's windows.
struct Layer {
  std::size_t hidden = 0;
  std::span<float> gates;         ///< `[rows, 4·hidden]`
  std::span<float> cell, output;  ///< `[rows, hidden]`
};

}  // namespace

/// A frame passes through stages: 0, with components only, from bins to these; then for each layer its input product,
/// recurrent product and activations; then the Dense layer; finally, with components only, from these to bins. A stage
/// is divided into units: panels of a product's columns, or rows of activations.
struct Predictor::Engine {
  Engine(const NetworkConfig& config, const PackedWeights& packed, Mode mode);

  /// Allocates memory; fails only if it runs out.
  Status prepare(const NetworkConfig& config);
  void own(Buffer<std::byte> memory, const PackedWeights& packed);
  void reset();
  void begin(std::span<const float> frame);
  bool step(Budget& budget);
  std::int64_t cost(std::size_t windows) const;

  Buffer<std::byte> own_weights;  ///< empty if the weights are shared
  PackedWeights own_packed;       ///< in `own_weights`
  std::size_t rows;               ///< maximum number of windows in flight: `sequence`, or 1 if created in stateful mode
  bool can_window;                ///< whether created in window mode
  bool windowed;                  ///< whether the oldest window retires once it is `rows` frames long
  bool next_windowed;             ///< the same from the next frame on
  std::span<float> prediction;    ///< `[bins]`

 private:
  void lay_out(Arena& arena, const NetworkConfig& config);
  void change_mode();
  std::size_t first_stage() const { return weights->components > 0 ? 0 : 1; }
  std::size_t dense_stage() const { return 3 * layers.size() + 1; }
  std::size_t stages() const { return dense_stage() + (weights->components > 0 ? 2 : 1); }
  bool activates() const { return stage > 0 && stage % 3 == 0; }
  const Layer& layer() const { return layers[(stage - 1) / 3]; }
  Product product() const;
  std::size_t units() const;
  std::int64_t unit_cost() const;
  std::int64_t frame_cost(std::size_t windows);
  void run(std::size_t first, std::size_t last);
  void finish();
  void clear_row(std::size_t row);
  void retire();

  const Kernels& kernels = lodestone::kernels();
  const PackedWeights* weights;
  Buffer<std::byte> block;
  std::span<float> centred;         ///< the frame minus the mean `[bins]`
  std::span<float> read, foretold;  ///< components of the frame and of the prediction, if there are any
  std::span<float> shared;          ///< the first layer's input product `[4·hidden]`, the same for all windows
  std::vector<Layer> layers;
  std::int64_t cost_of_one = 0, cost_of_another = 0;  ///< of the first window, of each further one

  std::size_t begun = 0;   ///< windows begun so far, at most `rows`; they use the first rows
  std::size_t oldest = 0;  ///< the row of the longest window
  std::size_t stage = 0;   ///< current stage of the frame
  std::size_t done = 0;    ///< completed units of that stage
};

Predictor::Engine::Engine(const NetworkConfig& config, const PackedWeights& packed, Mode mode)
    : rows(mode == Mode::window ? static_cast<std::size_t>(config.sequence) : 1),
      can_window(mode == Mode::window),
      windowed(can_window),
      next_windowed(can_window),
      weights(&packed),
      layers(config.layers.size()) {}

void Predictor::Engine::lay_out(Arena& arena, const NetworkConfig& config) {
  // A model that is swapped in may have as many components as bins.
  for (std::span<float>* values : {&prediction, &centred, &read, &foretold})
    *values = arena.take<float>(static_cast<std::uint64_t>(config.width()));
  shared = arena.take<float>(4 * static_cast<std::uint64_t>(config.layers[0]));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    Layer& layer = layers[l];
    layer.hidden = static_cast<std::size_t>(config.layers[l]);
    const std::uint64_t hidden = layer.hidden;
    layer.gates = arena.take<float>(rows * 4 * hidden);
    layer.cell = arena.take<float>(rows * hidden);
    layer.output = arena.take<float>(rows * hidden);
  }
}

Status Predictor::Engine::prepare(const NetworkConfig& config) {
  Arena needed;
  lay_out(needed, config);
  auto memory = Buffer<std::byte>::create(needed.size());
  if (!memory) return memory.error();
  block = std::move(*memory);
  Arena arena(block.data());
  lay_out(arena, config);
  reset();
  return {};
}

void Predictor::Engine::own(Buffer<std::byte> memory, const PackedWeights& packed) {
  own_weights = std::move(memory);
  own_packed = packed;
  weights = &own_packed;
}

std::int64_t Predictor::Engine::frame_cost(std::size_t windows) {
  begun = windows;
  std::int64_t sum = 0;
  for (stage = first_stage(); stage < stages(); ++stage) sum += static_cast<std::int64_t>(units()) * unit_cost();
  return sum;
}

std::int64_t Predictor::Engine::cost(std::size_t windows) const {
  return cost_of_one + static_cast<std::int64_t>(windows - 1) * cost_of_another;
}

void Predictor::Engine::reset() {
  cost_of_one = frame_cost(1);
  cost_of_another = rows > 1 ? frame_cost(2) - cost_of_one : 0;
  begun = oldest = done = 0;
  stage = stages();
}

void Predictor::Engine::clear_row(std::size_t row) {
  for (const Layer& layer : layers) {
    for (const std::span<float> state : {layer.cell, layer.output}) {
      std::fill_n(state.data() + row * layer.hidden, layer.hidden, 0.0f);
    }
  }
}

void Predictor::Engine::retire() {
  if (!windowed || begun < rows) return;
  clear_row(oldest);
  oldest = (oldest + 1) % rows;
}

/// The state of stateful mode is simply a window: it continues alone, or among new windows until it has to retire.
void Predictor::Engine::change_mode() {
  windowed = next_windowed;
  if (windowed) return retire();  // at once if windows are one frame long
  for (const Layer& layer : layers) {
    for (const std::span<float> state : {layer.cell, layer.output}) {
      std::copy_n(state.data() + oldest * layer.hidden, layer.hidden, state.data());
    }
  }
  oldest = 0;
  begun = std::min<std::size_t>(begun, 1);
}

void Predictor::Engine::begin(std::span<const float> frame) {
  if (windowed != next_windowed) change_mode();
  for (std::size_t k = 0; k < centred.size(); ++k) centred[k] = scrubbed(frame[k]) - weights->mean[k];
  if (begun < (windowed ? rows : 1)) clear_row(begun++);
  stage = first_stage();
  done = 0;
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
      if (stage == 0) scrub(read.first(weights->components));
      if (stage == dense_stage()) scrub(foretold.first(weights->components));
      if (++stage == stages()) finish();
    }
    if (!budget.spend(share * unit)) break;
  }
  return stage == stages();
}

/// The product of the current stage, which must not be an activation stage.
Product Predictor::Engine::product() const {
  const PackedWeights& w = *weights;
  const bool has_components = w.components > 0;
  if (stage == 0) return w.analysis.times(1, centred.data(), nullptr, 0, read.data());
  if (stage > dense_stage()) {
    return w.synthesis.times(1, foretold.data(), w.synthesis_bias.data(), 0, prediction.data());
  }
  if (stage == dense_stage()) {
    const Layer& last = layers.back();
    return w.dense.times(1, last.output.data() + oldest * last.hidden, w.dense_bias.data(), 0,
                         has_components ? foretold.data() : prediction.data());
  }
  const std::size_t l = (stage - 1) / 3;
  const Layer& layer = layers[l];
  const PackedWeights::Layer& packed = w.layers[l];
  if (stage == 1) {
    return packed.input.times(1, has_components ? read.data() : centred.data(), packed.bias.data(), 0, shared.data());
  }
  if (stage % 3 == 1) {
    return packed.input.times(begun, layers[l - 1].output.data(), packed.bias.data(), 0, layer.gates.data());
  }
  return l == 0 ? packed.recurrent.times(begun, layer.output.data(), shared.data(), 0, layer.gates.data())
                : packed.recurrent.times(begun, layer.output.data(), layer.gates.data(), 4 * layer.hidden,
                                         layer.gates.data());
}

std::size_t Predictor::Engine::units() const { return activates() ? begun : kernels.panels(product().columns); }

std::int64_t Predictor::Engine::unit_cost() const {
  if (activates()) return static_cast<std::int64_t>(layer().hidden) * activation_cost;
  const Product p = product();
  return static_cast<std::int64_t>((p.rows + 1) * p.depth * kernels.panel);
}

void Predictor::Engine::run(std::size_t first, std::size_t last) {
  if (!activates()) return kernels.multiply(product(), first, last);
  const Layer& of = layer();
  const std::size_t offset = first * of.hidden;
  float* cell = of.cell.data() + offset;
  kernels.lstm_forward({last - first, of.hidden, of.gates.data() + 4 * offset, cell, cell, of.output.data() + offset});
}

void Predictor::Engine::finish() {
  scrub(prediction);
  retire();
}

Predictor::Predictor(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Result<Predictor> Predictor::create(const NetworkConfig& config, const PackedWeights& weights, Mode mode) {
  auto engine = std::make_unique<Engine>(config, weights, mode);
  if (auto error = engine->prepare(config)) return *error;
  return Predictor(std::move(engine));
}

Result<Predictor> Predictor::create(const NetworkConfig& config, const Weights& weights, Mode mode) {
  if (auto error = config.check()) return *error;
  if (auto error = check_shapes(config, tensors(weights))) return *error;
  Arena needed;
  PackedWeights packed(config, needed);
  auto memory = Buffer<std::byte>::create(needed.size());
  if (!memory) return memory.error();
  Arena arena(memory->data());
  packed = PackedWeights(config, arena);
  packed.fill(tensors(weights));
  auto predictor = create(config, packed, mode);
  if (predictor) predictor->engine_->own(std::move(*memory), packed);
  return predictor;
}

void Predictor::reset() { engine_->reset(); }
void Predictor::set_mode(Mode mode) { engine_->next_windowed = mode == Mode::window && engine_->can_window; }
void Predictor::begin(std::span<const float> frame) { engine_->begin(frame); }
bool Predictor::step(Budget& budget) { return engine_->step(budget); }

std::span<const float> Predictor::process(std::span<const float> frame) {
  begin(frame);
  Budget budget = Budget::unlimited();
  while (!step(budget)) budget = Budget::unlimited();
  return prediction();
}

std::span<const float> Predictor::prediction() const { return engine_->prediction; }
std::int64_t Predictor::cost() const { return engine_->cost(engine_->rows); }
std::int64_t Predictor::cost(int windows) const { return engine_->cost(static_cast<std::size_t>(windows)); }

}  // namespace lodestone
