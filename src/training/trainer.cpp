#include "lodestone/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "network/weights.hpp"
#include "training/adam.hpp"
#include "training/backpropagation.hpp"
#include "training/initialiser.hpp"
#include "training/residuals.hpp"
#include "training/stretches.hpp"
#include "training/window_order.hpp"

namespace lodestone {
namespace {

/// Squares of these and of their sums are finite.
constexpr float largest_magnitude = 1e15f;

/// Window starts fit 32 bits.
constexpr std::uint64_t most_frames = std::numeric_limits<std::int32_t>::max();

/// Windows that validation holds out.
std::uint64_t held_out(const TrainerConfig& config, std::uint64_t windows) {
  if (config.validation == 0) return 0;
  const auto share = std::llround(config.validation * static_cast<double>(windows));
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share));
}

/// The fewest frames whose windows or stretches fill one batch.
std::uint64_t frames_needed(const TrainerConfig& config) {
  const int together = config.training == Training::windows ? 0 : config.sequence - 1;  // predicted with one window
  const auto least = static_cast<std::uint64_t>(std::max(1, config.batch - together));
  std::uint64_t windows = least;
  while (windows - held_out(config, windows) < least) ++windows;
  return windows + static_cast<std::uint64_t>(config.sequence);
}

/// Rounded up to hundredths.
double seconds(const StftConfig& stft, std::uint64_t frames) {
  const double hundredths = 100.0 * static_cast<double>(frames) * stft.hop / stft.sample_rate;
  return std::ceil(hundredths - 1e-6) / 100;
}

Status check_frames(const Magnitudes& frames, const TrainerConfig& config) {
  const Array2<float>& values = frames.values;
  const auto bins = static_cast<std::size_t>(frames.stft.bins());
  if (values.cols() != bins) {
    return malformed({"the frames have ", values.cols(), " bins; expected ", bins, ", half the FFT size and one"});
  }
  const std::uint64_t needed = frames_needed(config);
  if (values.rows() < needed) {
    const bool windows = config.training == Training::windows;
    return malformed({"the sound is too short: it has ", values.rows(), " frames (",
                      seconds(frames.stft, values.rows()), " s); a batch of ",
                      windows ? config.batch : config.batch / config.stretch,
                      windows ? " windows of " : " stretches of ", windows ? config.sequence : config.stretch,
                      " frames needs ", needed, " frames (", seconds(frames.stft, needed), " s)"});
  }
  if (values.rows() > most_frames) {
    return out_of_range("number of frames", static_cast<double>(values.rows()), "up to 2147483647");
  }
  for (std::size_t m = 0; m < values.rows(); ++m) {
    for (std::size_t k = 0; k < bins; ++k) {
      if (values(m, k) >= 0 && values(m, k) <= largest_magnitude) continue;
      return malformed({"the magnitude of frame ", m, ", bin ", k, " is ", static_cast<double>(values(m, k)),
                        "; allowed: 0 to 1e15"});
    }
  }
  return {};
}

double step_size(const TrainerConfig& config) {
  if (config.learning_rate > 0) return config.learning_rate;
  return config.training == Training::windows ? 1e-3 : 2e-3;
}

/// What Adam changes: all but the running statistics.
std::vector<std::span<float>> trainable(Weights& weights) {
  std::vector<std::span<float>> all;
  for (const NamedTensor& tensor : tensors(weights)) {
    const bool statistic =
        tensor.values.data() == weights.running_mean.data() || tensor.values.data() == weights.running_var.data();
    if (!statistic) all.push_back(tensor.values);
  }
  return all;
}

/// Values of all tensors together.
std::uint64_t count_values(const NetworkConfig& network) {
  std::uint64_t values = 0;
  for (const TensorShape& tensor : tensor_shapes(network)) {
    std::uint64_t count = 1;
    for (const std::uint64_t length : tensor.shape) count *= length;
    values += count;
  }
  return values;
}

}  // namespace

Status TrainerConfig::check() const {
  if (auto error = NetworkConfig{1, layers, sequence, scale}.check()) return error;
  const struct {
    const char* name;
    double value, least, most;
    const char* allowed;
  } fields[] = {{"batch", static_cast<double>(batch), 2, 4096, "2 to 4096"},
                {"learning_rate", learning_rate, 0, 1, "0 to 1"},
                {"weight_decay", weight_decay, 0, 1, "0 to 1"},
                {"clip_norm", clip_norm, 0, std::numeric_limits<double>::max(), "0 (no clipping) or more"},
                {"validation", validation, 0, 0.5, "0 to 0.5 of the windows"}};
  for (const auto& field : fields) {
    const bool allowed = field.value >= field.least && field.value <= field.most;
    if (!allowed) return out_of_range(field.name, field.value, field.allowed);
  }
  if (run < 1 || run > batch) return out_of_range("run", run, {"1 to ", batch, ", the batch"});
  if (training == Training::sequence && (stretch < 1 || stretch > batch)) {
    return out_of_range("stretch", stretch, {"1 to ", batch, ", the batch"});
  }
  return {};
}

struct Trainer::Engine {
  TrainerConfig config;
  NetworkConfig network;
  Magnitudes sound;  ///< linear
  Random random{0};
  std::uint64_t held = 0;  ///< windows held out, the last ones. None of their targets belongs to a window before them
  Weights weights, gradient;
  std::vector<std::span<float>> parameters, gradients;
  Buffer<std::byte> block;
  std::span<float> compressed;      ///< what the network sees `[frames, bins]`, where that is not `sound`
  std::span<std::int64_t> windows;  ///< to train on, the first ones
  WindowOrder order;
  Stretches stretches;
  Backpropagation passes;
  Adam adam;
  Array2<float> predictions;  ///< of the last step; validation has its own
  std::uint64_t steps = 0;
  std::size_t step_of_epoch = 0;
  double epoch_loss = 0;  ///< sum over the steps of this epoch
  std::vector<float> losses, validation_losses;

  Engine(const TrainerConfig& configuration, std::size_t bins)
      : config(configuration), network{static_cast<int>(bins), config.layers, config.sequence, config.scale} {}

  void lay_out(Arena& arena, std::uint64_t frames);
  Status prepare(Magnitudes frames, const Weights* initial);
  void prepare_stretches();
  std::span<const float> frames() const { return config.scale == Scale::linear ? sound.values.all() : compressed; }
  double step();
  std::size_t steps_per_epoch() const;
  Pass next_pass();
  Pass pass_over(std::span<const std::int64_t> starts) const;
  double learn(const Pass& pass);
  void finish_epoch();
  double validate();
  Result<Buffer<float>> residuals();
};

void Trainer::Engine::lay_out(Arena& arena, std::uint64_t frames) {
  const auto batch = static_cast<std::uint64_t>(config.batch);
  const std::uint64_t all = frames - static_cast<std::uint64_t>(config.sequence);
  held = held_out(config, all);
  windows = arena.take<std::int64_t>(all - held);
  if (config.scale != Scale::linear) compressed = arena.take<float>(frames * static_cast<std::uint64_t>(network.bins));
  const bool carries = config.training == Training::sequence;
  passes.lay_out(arena, network, frames, batch, carries ? batch / static_cast<std::uint64_t>(config.stretch) : 0);
  adam.lay_out(arena, count_values(network));
}

Status Trainer::Engine::prepare(Magnitudes frames, const Weights* initial) {
  sound = std::move(frames);
  Arena needed;
  lay_out(needed, sound.count());
  FirstError error;
  error.take(block, Buffer<std::byte>::create(needed.size()));
  error.take(predictions, Array2<float>::create(static_cast<std::uint64_t>(config.batch), sound.values.cols()));
  error.take(weights, initial ? initial->clone() : Weights::create(network));
  error.take(gradient, Weights::create(network));
  if (error) return error.status();
  Arena arena(block.data());
  lay_out(arena, sound.count());
  order = WindowOrder(windows, static_cast<std::size_t>(config.batch), static_cast<std::size_t>(config.run));

  for (float& magnitude : sound.values.all()) {
    if (magnitude < 1e-20f) magnitude = 0;  // see vector/lanes.hpp
  }
  std::copy_n(sound.values.data(), compressed.size(), compressed.data());
  compress(config.scale, compressed);

  std::fill(gradient.running_var.begin(), gradient.running_var.end(), 0.0f);
  parameters = trainable(weights);
  gradients = trainable(gradient);
  random = Random(config.seed);
  if (!initial) {
    if (auto failed = initialise(config.initialiser, random, weights)) return failed;
  }
  if (config.training == Training::sequence) prepare_stretches();
  return {};
}

/// The frames that belong to windows not held out, or are their targets.
void Trainer::Engine::prepare_stretches() {
  const std::size_t training = windows.size() + static_cast<std::size_t>(config.sequence);
  stretches = Stretches(training - 1, static_cast<std::size_t>(config.batch), static_cast<std::size_t>(config.stretch));
  passes.adopt_statistics(weights, frames().first(training * sound.values.cols()));
}

double Trainer::Engine::step() {
  const double loss = learn(next_pass());
  epoch_loss += loss;
  if (++step_of_epoch == steps_per_epoch()) finish_epoch();
  return loss;
}

std::size_t Trainer::Engine::steps_per_epoch() const {
  return config.training == Training::windows ? order.batches() : stretches.count();
}

Pass Trainer::Engine::next_pass() {
  if (config.training == Training::sequence) return stretches.pass(step_of_epoch);
  if (step_of_epoch == 0) order.shuffle(random);
  return pass_over(order.batch(step_of_epoch));
}

Pass Trainer::Engine::pass_over(std::span<const std::int64_t> starts) const {
  return Pass::windows(starts, static_cast<std::size_t>(config.sequence));
}

/// One Adam step.
double Trainer::Engine::learn(const Pass& pass) {
  using Norm = Backpropagation::Norm;
  const double loss =
      passes.forward(weights, frames(), pass, config.training == Training::windows ? Norm::batch : Norm::running);
  std::copy(passes.predictions().begin(), passes.predictions().end(), predictions.data());
  passes.backward(weights, gradient);
  ++steps;
  double norm = 0;
  for (const std::span<float> tensor : gradients) norm += kernels().sum_of_squares(tensor.data(), tensor.size());
  norm = std::sqrt(norm);
  if (!std::isfinite(loss) || !std::isfinite(norm)) return loss;  // weights that are still finite stay so
  const double scale = config.clip_norm > 0 ? std::min(1.0, config.clip_norm / (norm + 1e-6)) : 1.0;
  adam.step(parameters, gradients, scale, step_size(config), config.weight_decay);
  return loss;
}

void Trainer::Engine::finish_epoch() {
  losses.push_back(static_cast<float>(epoch_loss / static_cast<double>(step_of_epoch)));
  epoch_loss = 0;
  step_of_epoch = 0;
  if (held > 0) validation_losses.push_back(static_cast<float>(validate()));
}

/// The mean loss over the windows held out.
double Trainer::Engine::validate() {
  const std::uint64_t end = windows.size() + held;
  std::vector<std::int64_t> starts;
  double sum = 0;
  for (std::uint64_t first = windows.size(); first < end; first += starts.size()) {
    starts.clear();
    const std::uint64_t last = std::min(end, first + static_cast<std::uint64_t>(config.batch));
    for (std::uint64_t s = first; s < last; ++s) starts.push_back(static_cast<std::int64_t>(s));
    sum += passes.forward(weights, frames(), pass_over(starts), Backpropagation::Norm::running) *
           static_cast<double>(starts.size());
  }
  return sum / static_cast<double>(held);
}

/// Model::residuals over at most 64 windows, spread evenly, so that a snapshot stays cheap.
Result<Buffer<float>> Trainer::Engine::residuals() {
  const std::uint64_t first = held > 0 ? windows.size() : 0;
  const std::uint64_t count = held > 0 ? held : windows.size();
  std::vector<std::int64_t> starts(static_cast<std::size_t>(std::min<std::uint64_t>(count, 64)));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    starts[i] = static_cast<std::int64_t>(first + count * i / starts.size());
  }
  auto predicted = Array2<float>::create(starts.size(), sound.values.cols());
  if (!predicted) return predicted.error();
  const std::span<const std::int64_t> all = starts;
  for (std::size_t done = 0; done < all.size();) {
    const auto some = all.subspan(done, std::min(all.size() - done, static_cast<std::size_t>(config.batch)));
    passes.forward(weights, frames(), pass_over(some), Backpropagation::Norm::running);
    std::copy(passes.predictions().begin(), passes.predictions().end(), predicted->row(done).data());
    done += some.size();
  }
  expand(config.scale, predicted->all());
  for (std::int64_t& start : starts) start += config.sequence;  // the frame that was to be predicted
  return residual_spread(sound.values, starts, *predicted);
}

Trainer::Trainer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Result<Trainer> Trainer::create(Magnitudes frames, const TrainerConfig& config, const Weights* initial) {
  if (auto error = config.check()) return *error;
  if (auto error = check_frames(frames, config)) return *error;
  auto engine = std::make_unique<Engine>(config, frames.values.cols());
  if (initial) {
    if (auto error = check_shapes(engine->network, *initial)) return *error;
  }
  if (auto error = engine->prepare(std::move(frames), initial)) return *error;
  return Trainer(std::move(engine));
}

std::uint64_t Trainer::memory(std::uint64_t frames, int bins, const TrainerConfig& config) {
  const auto count = static_cast<std::uint64_t>(bins);
  if (config.check() || bins < 1 || bins > 32769 || frames > most_frames)
    return std::numeric_limits<std::uint64_t>::max();
  Engine engine(config, static_cast<std::size_t>(count));
  Arena arena;
  engine.lay_out(arena, std::max(frames, frames_needed(config)));
  const std::uint64_t predictions = static_cast<std::uint64_t>(config.batch) * count;
  return arena.size() + sizeof(float) * (2 * count_values(engine.network) + predictions);
}

const TrainerConfig& Trainer::config() const { return engine_->config; }
const NetworkConfig& Trainer::network() const { return engine_->network; }
double Trainer::step() { return engine_->step(); }

Result<double> Trainer::step_on(std::span<const std::int64_t> window_starts) {
  const auto batch = static_cast<std::size_t>(engine_->config.batch);
  if (window_starts.size() < 2 || window_starts.size() > batch) {
    return out_of_range("number of windows", static_cast<double>(window_starts.size()),
                        {"2 to ", batch, ", the batch"});
  }
  const auto last = static_cast<std::int64_t>(engine_->sound.count()) - engine_->config.sequence - 1;
  for (const std::int64_t start : window_starts) {
    if (start < 0 || start > last) return out_of_range("window start", static_cast<double>(start), {"0 to ", last});
  }
  return engine_->learn(engine_->pass_over(window_starts));
}

Result<Weights> Trainer::gradients() const { return engine_->gradient.clone(); }
const Array2<float>& Trainer::predictions() const { return engine_->predictions; }
Result<Weights> Trainer::weights() const { return engine_->weights.clone(); }
int Trainer::epoch() const { return static_cast<int>(engine_->losses.size()); }
std::uint64_t Trainer::step_count() const { return engine_->steps; }
int Trainer::steps_per_epoch() const { return static_cast<int>(engine_->steps_per_epoch()); }
std::span<const float> Trainer::losses() const { return engine_->losses; }
std::span<const float> Trainer::validation_losses() const { return engine_->validation_losses; }

Result<Model> Trainer::model() const {
  const Engine& engine = *engine_;
  if (auto error = engine.sound.stft.check()) return *error;
  Model model{engine.sound.stft, engine.network, {}, {}, {}, engine.losses, engine.validation_losses};
  FirstError error;
  error.take(model.weights, engine.weights.clone());
  error.take(model.residuals, engine_->residuals());
  if (engine.config.keep_impulses) error.take(model.impulses, engine.sound.values.clone());
  if (error) return *error;
  round_to_half(model.impulses.all());
  return model;
}

}  // namespace lodestone
