#include "training/engine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

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
      outer(network),
      sampler(config.training == Training::windows ? sample_windows(config) : sample_stretches(config)),
      workspaces(static_cast<std::size_t>(config.threads)) {
  outer.group = config.group;
  if (config.components == 0) return;
  network.bins = static_cast<int>(Subspace::bound(config.components, static_cast<std::uint64_t>(outer.width())));
}

void Trainer::Engine::lay_out(Arena& arena, std::uint64_t rows, std::uint64_t window_count) {
  const auto batch = static_cast<std::uint64_t>(config.batch);
  windows.lay_out(arena, config, window_count);
  const std::uint64_t held = count_held_out(config, window_count);
  const auto inputs = static_cast<std::uint64_t>(network.bins);
  if (config.scale != Scale::linear || config.components != 0) compressed = arena.take<float>(rows * inputs);
  for (std::span<float>* weights : {&importance, &energies}) *weights = arena.take<float>(inputs);
  if (config.components != 0) outside = arena.take<float>(rows);
  sampler->lay_out(arena, network, rows, window_count - held);
  const std::uint64_t share = largest_part(workspaces.size(), static_cast<std::size_t>(batch));
  for (std::size_t i = 0; i < workspaces.size(); ++i) {
    const std::uint64_t scored = i == 0 && !sampler->shared() ? batch : share;
    workspaces[i].lay_out(arena, network, rows, batch, std::min(scored, sampler->windows_at_once()), scored);
  }
  const std::uint64_t count = count_values(network);
  adam.lay_out(arena, count);
  guard.lay_out(arena, 3 * count);
  if (held > 0) best.lay_out(arena, count);
}

Status Trainer::Engine::prepare(Magnitudes frames, std::vector<Clip> list, const Weights* initial) {
  clips = std::move(list);
  const std::uint64_t window_count = count_windows(clips, config);
  take_sound(std::move(frames));
  groups = Groups(config.group, sound.count());
  if (config.components != 0) {
    if (auto failed = find_subspace()) return failed;
  }
  Arena needed;
  lay_out(needed, groups.count(), window_count);
  FirstError error;
  error.take(block, Buffer<std::byte>::create(needed.size()));
  error.take(predictions,
             Array2<float>::create(static_cast<std::uint64_t>(config.batch), static_cast<std::uint64_t>(network.bins)));
  if (error) return error.status();
  Arena arena(block.data());
  lay_out(arena, groups.count(), window_count);
  windows.list(clips, groups, config);
  checksum = fingerprint(sound.values.all(), windows.all());
  if (auto failed = prepare_input()) return failed;
  error.take(weights, !initial                 ? Weights::create(network)
                      : config.components != 0 ? subspace.unfold(*initial, network)
                                               : initial->clone());
  if (error) return error.status();
  values = values_of(weights);
  parameters = trainable(weights);
  kept = values;
  kept.push_back(adam.moments());
  random = Random(config.seed);
  if (!initial) {
    if (auto failed = initialise(config.initialiser, random, weights)) return failed;
  }
  if (auto failed =
          sampler->prepare({this->frames(), groups, clips, windows.trained(), config.components != 0}, weights)) {
    return failed;
  }
  choose_epochs();
  start_epoch();
  return {};
}

void Trainer::Engine::take_sound(Magnitudes frames) {
  sound = std::move(frames);
  for (float& magnitude : sound.values.all()) {
    if (magnitude < 1e-20f) magnitude = 0;  // see vector/lanes.hpp
  }
}

/// Held-out sound does not count.
Status Trainer::Engine::find_subspace() {
  auto learned = frames_for_subspace();
  if (!learned) return learned.error();
  auto found = Subspace::create(std::move(*learned), config.components, config.seed);
  if (!found) return found.error();
  subspace = std::move(*found);
  network.bins = outer.components = static_cast<int>(subspace.components());
  return {};
}

/// All groups that are learned or, in a long sound, some that are spread evenly over it.
Result<Array2<float>> Trainer::Engine::frames_for_subspace() const {
  const std::vector<Clip> learned = learned_starts(clips, config);
  const std::uint64_t count = count_frames(learned);
  auto frames =
      Array2<float>::create(std::min(count, Subspace::most_frames), static_cast<std::uint64_t>(outer.width()));
  std::uint64_t before = 0;  // frames of earlier clips
  for (std::size_t row = 0, c = 0; frames && row < frames->rows(); ++row) {
    const std::uint64_t at = count * row / frames->rows();
    for (; at - before >= learned[c].frames; ++c) before += learned[c].frames;
    const auto frame = sound.values.row(static_cast<std::size_t>(learned[c].start + at - before));
    std::copy_n(frame.data(), frames->cols(), frames->row(row).data());
  }
  if (frames) compress(config.scale, frames->all());
  return frames;
}

/// The sound as the network reads it, and what a loss is made of.
Status Trainer::Engine::prepare_input() {
  if (config.components != 0) return encode();
  for (const std::span<float> weights : {importance, energies}) std::fill(weights.begin(), weights.end(), 1.0f);
  std::copy_n(sound.values.data(), compressed.size(), compressed.data());
  compress(config.scale, compressed);
  return {};
}

/// The error of component k is σ_k times that of z_k. Its weight while learning is σ_k, scaled to a
/// mean of 1: a compromise between the error of z, where noise counts as much as sound, and that of y, where only what
/// is loud counts.
Status Trainer::Engine::encode() {
  const std::span<const float> deviations = subspace.deviations();
  const std::size_t bins = subspace.bins(), components = deviations.size();
  const auto share = static_cast<float>(components) / static_cast<float>(bins);
  const float sum = std::accumulate(deviations.begin(), deviations.end(), 0.0f);
  for (std::size_t k = 0; k < components; ++k) {
    importance[k] = sum > 0 ? deviations[k] * static_cast<float>(components) / sum : 0;
    energies[k] = deviations[k] * deviations[k] * share;
  }
  for (std::uint64_t first = 0; first < groups.size(); ++first) {
    const auto row = static_cast<std::size_t>(groups.at(first));
    const auto values =
        std::as_const(sound).values.all().subspan(static_cast<std::size_t>(first) * sound.values.cols());
    auto failed = subspace.encode(values, config.scale, compressed.subspan(row * components), outside.subspan(row));
    if (failed) return failed;
  }
  for (float& energy : outside) energy *= share;
  return {};
}

Ending Trainer::Engine::ending() const {
  if (guard.gave_up()) return Ending::diverged;
  if (validating()) return Ending::none;
  const auto epoch = static_cast<int>(losses.size());
  if (config.epochs > 0 && epoch >= config.epochs) return Ending::finished;
  const bool patient = config.patience == 0 || epoch - best.record.epoch < config.patience;
  return patient ? Ending::none : Ending::stopped_early;
}

/// Long sounds teach a network in fewer passes.
void Trainer::Engine::choose_epochs() {
  constexpr std::uint64_t most = 300, enough_steps = 7000;
  if (config.epochs >= 0) return;
  config.epochs = static_cast<int>(std::clamp<std::uint64_t>(enough_steps / sampler->steps(), 1, most));
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

/// With what a loss is made of.
Pass Trainer::Engine::weighted(Pass next) const {
  next.importance = importance;
  next.energies = energies;
  next.outside = outside;
  return next;
}

Pass Trainer::Engine::pass_over(std::span<const std::int64_t> starts, bool learns) const {
  return Pass::windows(starts, static_cast<std::size_t>(config.sequence), learns, learns);
}

void Trainer::Engine::begin(const Pass& next) {
  pass = weighted(next);
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
