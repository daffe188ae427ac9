#include "training/engine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "errors/first_error.hpp"
#include "training/initialiser.hpp"
#include "training/parameters.hpp"
#include "training/schedule.hpp"

namespace lodestone {
namespace {

/// A checksum that identifies a sound, from the bits of all magnitudes and the starts of its windows.
std::uint32_t fingerprint(std::span<const float> magnitudes, std::span<const std::int64_t> starts) {
  std::uint32_t sum = 0;
  const auto take = [&sum](std::uint32_t word) { sum = (sum ^ word) * 0x9e3779b1u + (sum >> 15u); };
  for (const float magnitude : magnitudes) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &magnitude, sizeof bits);
    take(bits);
  }
  for (const std::int64_t start : starts) take(static_cast<std::uint32_t>(start));
  return sum;
}

}  // namespace

Trainer::Engine::Engine(const TrainerConfig& configuration, std::size_t bins)
    : config(configuration),
      network{static_cast<int>(bins), config.layers, config.sequence, config.scale},
      sampler(config.training == Training::windows ? sample_windows(config) : sample_stretches(config)),
      workspaces(static_cast<std::size_t>(config.threads)) {}

void Trainer::Engine::lay_out(Arena& arena, std::uint64_t frames, std::uint64_t window_count) {
  const auto batch = static_cast<std::uint64_t>(config.batch);
  windows.lay_out(arena, config, window_count);
  const std::uint64_t held = count_held_out(config, window_count);
  if (config.scale != Scale::linear) compressed = arena.take<float>(frames * static_cast<std::uint64_t>(network.bins));
  sampler->lay_out(arena, network, frames, window_count - held);
  const std::uint64_t share = largest_part(workspaces.size(), static_cast<std::size_t>(batch));
  for (std::size_t i = 0; i < workspaces.size(); ++i) {
    const bool whole = i == 0 && !sampler->shared();
    workspaces[i].lay_out(arena, network, frames, batch, whole ? batch : share);
  }
  const std::uint64_t count = count_values(network);
  adam.lay_out(arena, count);
  guard.lay_out(arena, 3 * count);
  if (held > 0) best.lay_out(arena, count);
}

Status Trainer::Engine::prepare(Magnitudes frames, std::vector<Clip> list, const Weights* initial) {
  clips = std::move(list);
  const std::uint64_t window_count = count_windows(clips, config);
  Arena needed;
  lay_out(needed, frames.count(), window_count);
  FirstError error;
  error.take(block, Buffer<std::byte>::create(needed.size()));
  error.take(predictions, Array2<float>::create(static_cast<std::uint64_t>(config.batch), frames.values.cols()));
  error.take(weights, initial ? initial->clone() : Weights::create(network));
  if (error) return error.status();
  Arena arena(block.data());
  lay_out(arena, frames.count(), window_count);
  prepare_sound(std::move(frames));
  values = values_of(weights);
  parameters = trainable(weights);
  kept = values;
  kept.push_back(adam.moments());
  random = Random(config.seed);
  if (!initial) {
    if (auto failed = initialise(config.initialiser, random, weights)) return failed;
  }
  if (auto failed = sampler->prepare({this->frames(), clips, windows.trained()}, weights)) return failed;
  start_epoch();
  return {};
}

void Trainer::Engine::prepare_sound(Magnitudes frames) {
  sound = std::move(frames);
  for (float& magnitude : sound.values.all()) {
    if (magnitude < 1e-20f) magnitude = 0;  // see vector/lanes.hpp
  }
  std::copy_n(sound.values.data(), compressed.size(), compressed.data());
  compress(config.scale, compressed);
  windows.list(clips, config);
  checksum = fingerprint(sound.values.all(), windows.all());
}

Ending Trainer::Engine::ending() const {
  if (guard.gave_up()) return Ending::diverged;
  if (validating()) return Ending::none;
  const auto epoch = static_cast<int>(losses.size());
  if (config.epochs > 0 && epoch >= config.epochs) return Ending::finished;
  const bool patient = config.patience == 0 || epoch - best.record.epoch < config.patience;
  return patient ? Ending::none : Ending::stopped_early;
}

/// The learning rate of the next step.
double Trainer::Engine::learning_rate() const {
  const std::uint64_t all = static_cast<std::uint64_t>(config.epochs) * sampler->steps();
  const double share = scheduled_rate(steps, all, static_cast<std::uint64_t>(config.warm_up), config.decay);
  const double full = config.learning_rate > 0 ? config.learning_rate : sampler->default_rate();
  return full * share * guard.record.rate;
}

Pass Trainer::Engine::next_pass() {
  if (validating()) return pass_over(windows.held_out(), false);
  return sampler->pass(static_cast<std::size_t>(step_of_epoch));
}

Pass Trainer::Engine::pass_over(std::span<const std::int64_t> starts, bool learns) const {
  return Pass::windows(starts, static_cast<std::size_t>(config.sequence), learns, learns);
}

void Trainer::Engine::begin(const Pass& next) {
  pass = next;
  for (Backpropagation& workspace : workspaces) workspace.begin(weights, frames(), pass);
}

/// Runs all parts of the pass, one after another.
void Trainer::Engine::run_all() {
  for (std::size_t part = 0; part < workspaces.size(); ++part) {
    while (workspaces[part].run(part, workspaces.size())) {
    }
  }
}

/// Adds the sums of all threads into the first workspace and returns the loss.
double Trainer::Engine::join() {
  for (std::size_t step = 1; step < workspaces.size(); step *= 2) {
    for (std::size_t i = 0; i < workspaces.size(); i += 2 * step) workspaces[i].add(workspaces[i + step].partial());
  }
  return workspaces[0].loss() / (static_cast<double>(pass.scored) * network.bins);
}

double Trainer::Engine::finish() {
  const double loss = join();
  if (!pass.learns) {
    validated(static_cast<float>(loss));
  } else if (!learn(loss)) {
    go_back();
  } else {
    sampler->stepped(workspaces, random);
    epoch_loss += loss;
    if (++step_of_epoch == sampler->steps()) finish_epoch();
  }
  return loss;
}

/// Takes one Adam step. Returns false without taking it if the loss or the gradient is not finite.
bool Trainer::Engine::learn(double loss) {
  Backpropagation& all = workspaces[0];
  for (const Backpropagation& part : workspaces) part.copy_predictions(predictions);
  if (pass.batch_statistics) all.move_running_statistics(weights);
  const auto& gradients = all.finish(weights);
  double norm = 0;
  for (const std::span<float> tensor : gradients)
    norm += training_kernels().sum_of_squares(tensor.data(), tensor.size());
  norm = std::sqrt(norm);
  if (!std::isfinite(loss) || !std::isfinite(norm)) return false;
  const double scale = config.clip_norm > 0 ? std::min(1.0, config.clip_norm / (norm + 1e-6)) : 1.0;
  adam.step(parameters, gradients, scale, learning_rate(), config.weight_decay);
  ++steps;
  return true;
}

void Trainer::Engine::finish_epoch() {
  losses.push_back(static_cast<float>(epoch_loss / static_cast<double>(step_of_epoch)));
  epoch_loss = 0;
  step_of_epoch = 0;
  if (windows.held_out().empty()) start_epoch();
}

void Trainer::Engine::validated(float loss) {
  if (!std::isfinite(loss)) return go_back();
  validation_losses.push_back(loss);
  best.offer(static_cast<int>(losses.size()), loss, values);
  start_epoch();
}

void Trainer::Engine::start_epoch() {
  if (steps == 0 || guard.is_due(steps)) guard.keep(kept, {steps, losses.size(), random, adam.powers});
  sampler->begin_epoch(steps, random);
}

/// Returns to the start of the epoch that the guard has kept.
void Trainer::Engine::go_back() {
  const Guard::Place place = guard.go_back(kept);
  steps = place.steps;
  for (std::vector<float>* list : {&losses, &validation_losses}) {
    const auto left = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(place.epochs, list->size()));
    list->erase(list->begin() + left, list->end());
  }
  random = place.random;
  adam.powers = place.powers;
  step_of_epoch = 0;
  epoch_loss = 0;
  sampler->went_back();
  sampler->begin_epoch(steps, random);
}

}  // namespace lodestone
