#include "lodestone/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "network/weights.hpp"
#include "training/check_frames.hpp"
#include "training/engine.hpp"
#include "training/parameters.hpp"

namespace lodestone {
namespace {

std::vector<Clip> list_clips(std::span<const std::uint64_t> lengths, std::uint64_t all) {
  if (lengths.empty()) return {{0, all}};
  std::vector<Clip> clips;
  std::uint64_t start = 0;
  for (const std::uint64_t frames : lengths) {
    clips.push_back({start, frames});
    start += frames;
  }
  return clips;
}

/// A sound has no more components than bins or frames.
Status check_components(const TrainerConfig& config, std::span<const Clip> clips, std::uint64_t bins) {
  const std::uint64_t frames = count_frames(learned_starts(clips, config));
  bins *= static_cast<std::uint64_t>(config.group);
  const auto most = static_cast<double>(std::min(frames, bins));
  if (config.components <= most) return {};
  return out_of_range("components", config.components, "-1 to {}, {}", most,
                      bins <= frames ? "the bins" : "the frames that are learned");
}

}  // namespace

Trainer::Trainer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Result<Trainer> Trainer::create(Magnitudes frames, const TrainerConfig& config, const Weights* initial,
                                std::span<const std::uint64_t> clips) {
  if (auto error = config.check()) return *error;
  std::vector<Clip> list = list_clips(clips, frames.count());
  auto engine = std::make_unique<Engine>(config, frames.values.cols());
  if (auto error = check_frames(frames, list, config, *engine->sampler)) return *error;
  if (auto error = check_components(config, list, frames.values.cols())) return *error;
  if (initial) {
    if (auto error = check_shapes(engine->outer, tensors(*initial))) return *error;
  }
  if (auto error = engine->prepare(std::move(frames), std::move(list), initial)) return *error;
  return Trainer(std::move(engine));
}

std::uint64_t Trainer::memory(std::uint64_t frames, int bins, const TrainerConfig& config) {
  const auto count = static_cast<std::uint64_t>(bins) * static_cast<std::uint64_t>(config.group);
  if (config.check() || bins < 1 || bins > 32769 || frames > most_frames)
    return std::numeric_limits<std::uint64_t>::max();
  Engine engine(config, static_cast<std::size_t>(bins));
  Arena arena;
  const std::uint64_t needed = windows_needed(config, engine.sampler->least_windows());
  const std::uint64_t windows = std::max(count_windows(Clip{0, frames}, config), needed);
  engine.lay_out(arena, Groups(config.group, windows + window_frames(config) - 1).count(), windows);
  const auto inputs = static_cast<std::uint64_t>(engine.network.bins);
  const std::uint64_t predictions = static_cast<std::uint64_t>(config.batch) * inputs;
  const std::uint64_t training = arena.size() + sizeof(float) * (count_values(engine.network) + predictions);
  if (config.components == 0) return training;
  // The components are found before the rest is taken.
  return std::max(training + Subspace::memory(inputs, count), Subspace::memory_to_find(frames, inputs, count));
}

const TrainerConfig& Trainer::config() const { return engine_->config; }
const NetworkConfig& Trainer::network() const { return engine_->outer; }

int Trainer::components() const { return static_cast<int>(engine_->subspace.components()); }
double Trainer::variance_share() const { return components() > 0 ? engine_->subspace.share() : 1; }

double Trainer::step() {
  if (!begin()) return NAN;
  engine_->run_all();
  const double loss = engine_->finish();
  if (engine_->validating() && begin()) {
    engine_->run_all();
    engine_->finish();
  }
  return loss;
}

bool Trainer::begin() {
  if (ending() != Ending::none) return false;
  engine_->begin(engine_->next_pass());
  return true;
}

bool Trainer::run(int part, int parts) {
  std::vector<Backpropagation>& workspaces = engine_->workspaces;
  const auto index = static_cast<std::size_t>(part);
  return workspaces[index % workspaces.size()].run(index, static_cast<std::size_t>(parts));
}

std::span<float> Trainer::partial() { return engine_->workspaces[0].partial(); }
void Trainer::add(std::span<const float> other) { engine_->workspaces[0].add(other); }
double Trainer::finish() { return engine_->finish(); }

Result<double> Trainer::step_on(std::span<const std::int64_t> window_starts) {
  Engine& engine = *engine_;
  const std::size_t count = window_starts.size();
  const std::size_t most =
      std::min(engine.predictions.rows(), engine.workspaces.size() * engine.workspaces[0].capacity());
  if (count < 2 || count > most) {
    return out_of_range("number of windows", static_cast<double>(count), "2 to {}", most);
  }
  const auto last = static_cast<std::int64_t>(engine.sound.count() - window_frames(engine.config));
  for (const std::int64_t start : window_starts) {
    if (start < 0 || start > last) return out_of_range("window start", static_cast<double>(start), "0 to {}", last);
  }
  const auto group = [&](std::size_t w) { return engine.groups.at(static_cast<std::uint64_t>(window_starts[w])); };
  std::vector<std::size_t> order(count);  // sorted by group
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return group(a) < group(b); });
  std::vector<std::int64_t> sorted(count);
  for (std::size_t w = 0; w < count; ++w) sorted[w] = static_cast<std::int64_t>(group(order[w]));
  auto predicted = Array2<float>::create(count, engine.predictions.cols());
  if (!predicted) return predicted.error();
  engine.begin(engine.pass_over(sorted, true));
  engine.run_all();
  const double loss = engine.join();
  engine.learn(loss);
  std::copy_n(engine.predictions.data(), predicted->size(), predicted->data());
  for (std::size_t w = 0; w < count; ++w) {
    std::copy_n(predicted->row(w).data(), predicted->cols(), engine.predictions.row(order[w]).data());
  }
  return loss;
}

Ending Trainer::ending() const { return engine_->ending(); }

TrainingStatus Trainer::status() const {
  const Engine& engine = *engine_;
  return {.epoch = static_cast<double>(engine.losses.size()),
          .step = static_cast<double>(engine.steps),
          .steps_per_epoch = static_cast<double>(engine.sampler->steps()),
          .steps = static_cast<double>(engine.sampler->steps()) * engine.config.epochs,
          .loss = engine.losses.empty() ? engine.epoch_loss / static_cast<double>(engine.step_of_epoch)
                                        : static_cast<double>(engine.losses.back()),
          .validation_loss = engine.validation_losses.empty() ? NAN : engine.validation_losses.back(),
          .learning_rate = engine.learning_rate(),
          .rollbacks = static_cast<double>(engine.guard.record.rollbacks),
          .ending = static_cast<double>(engine.ending()),
          .best_epoch = static_cast<double>(engine.best.record.epoch)};
}

Result<Buffer<std::byte>> Trainer::state() const {
  Ledger count(Ledger::Task::count, {});
  engine_->keep(count);
  auto bytes = Buffer<std::byte>::create(count.size());
  if (!bytes) return bytes;
  Ledger writing(Ledger::Task::write, *bytes);
  engine_->keep(writing);
  return bytes;
}

Status Trainer::restore(std::span<const std::byte> state) {
  const std::span<std::byte> bytes(const_cast<std::byte*>(state.data()), state.size());  // only read
  Ledger check(Ledger::Task::check, bytes);
  engine_->keep(check);
  if (auto wrong = check.end()) return wrong;
  Ledger reading(Ledger::Task::read, bytes);
  engine_->keep(reading);
  return components() > 0 ? engine_->encode() : Status{};
}

Result<Weights> Trainer::gradients() const {
  auto gradients = Weights::create(engine_->network);
  if (!gradients) return gradients;
  std::fill(gradients->running_var.begin(), gradients->running_var.end(), 0.0f);
  auto from = engine_->workspaces[0].gradients().begin();
  for (const std::span<float> to : trainable(*gradients)) {
    std::copy(from->begin(), from->end(), to.begin());
    ++from;
  }
  return gradients;
}

const Array2<float>& Trainer::predictions() const { return engine_->predictions; }
Result<Weights> Trainer::weights() const { return engine_->weights.clone(); }
int Trainer::epoch() const { return static_cast<int>(engine_->losses.size()); }
std::uint64_t Trainer::step_count() const { return engine_->steps; }
int Trainer::steps_per_epoch() const { return static_cast<int>(engine_->sampler->steps()); }
std::span<const float> Trainer::losses() const { return engine_->losses; }
std::span<const float> Trainer::validation_losses() const { return engine_->validation_losses; }

Result<Model> Trainer::model() const {
  const Engine& engine = *engine_;
  if (auto error = engine.sound.stft.check()) return *error;
  Model model{engine.sound.stft, engine.outer, {}, {}, {}, engine.losses, engine.validation_losses};
  FirstError error;
  error.take(model.weights, engine_->weights_of_model());
  if (!error) error.take(model.residuals, engine_->residuals(model.weights));
  if (!error && engine.config.components != 0) {
    error.take(model.weights, engine.subspace.between_bins(model.weights, engine.outer));
  }
  if (engine.config.keep_impulses) error.take(model.impulses, engine.sound.values.clone());
  if (error) return *error;
  round_to_half(model.impulses.all());
  return model;
}

}  // namespace lodestone
