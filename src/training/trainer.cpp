#include "lodestone/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "network/weights.hpp"
#include "training/adam.hpp"
#include "training/backpropagation.hpp"
#include "training/best_epoch.hpp"
#include "training/fields.hpp"
#include "training/guard.hpp"
#include "training/initialiser.hpp"
#include "training/ledger.hpp"
#include "training/residuals.hpp"
#include "training/schedule.hpp"
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

/// The fewest windows that fill one batch, or whose frames fill one batch of stretches.
std::uint64_t windows_needed(const TrainerConfig& config) {
  const int together = config.training == Training::windows ? 0 : config.sequence - 1;  // predicted with one window
  const auto least = static_cast<std::uint64_t>(std::max(1, config.batch - together));
  std::uint64_t windows = least;
  while (windows - held_out(config, windows) < least) ++windows;
  return windows;
}

/// Rounded up to hundredths.
double seconds(const StftConfig& stft, std::uint64_t frames) {
  const double hundredths = 100.0 * static_cast<double>(frames) * stft.hop / stft.sample_rate;
  return std::ceil(hundredths - 1e-6) / 100;
}

std::uint64_t windows_of(const Clip& clip, const TrainerConfig& config) {
  const auto sequence = static_cast<std::uint64_t>(config.sequence);
  return clip.frames > sequence ? clip.frames - sequence : 0;
}

std::uint64_t windows_of(std::span<const Clip> clips, const TrainerConfig& config) {
  std::uint64_t windows = 0;
  for (const Clip& clip : clips) windows += windows_of(clip, config);
  return windows;
}

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

/// What the sound is too short for.
Error too_short(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config) {
  if (!complete) return malformed({});
  const bool windows = config.training == Training::windows;
  const auto sequence = static_cast<std::uint64_t>(config.sequence);
  const std::uint64_t needed = windows_needed(config);
  const std::string batch =
      sentence({windows ? config.batch : config.batch / config.stretch, windows ? " windows of " : " stretches of ",
                windows ? config.sequence : config.stretch, " frames"});
  if (clips.size() == 1) {
    return malformed({"the sound is too short: it has ", frames.count(), " frames (",
                      seconds(frames.stft, frames.count()), " s); a batch of ", batch, " needs ", needed + sequence,
                      " frames (", seconds(frames.stft, needed + sequence), " s)"});
  }
  return malformed({"the ", clips.size(), " clips are too short: they have ", windows_of(clips, config), " windows of ",
                    sequence, " frames (", seconds(frames.stft, sequence + 1),
                    " s with the frame after them); a batch of ", batch, " needs ", needed});
}

Status check_frames(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config) {
  const Array2<float>& values = frames.values;
  const auto bins = static_cast<std::size_t>(frames.stft.bins());
  if (values.cols() != bins) {
    return malformed({"the frames have ", values.cols(), " bins; expected ", bins, ", half the FFT size and one"});
  }
  std::uint64_t all = 0;
  for (const Clip& clip : clips) all += clip.frames;
  if (all != values.rows()) return refused({"the clips have ", all, " frames; expected ", values.rows(), ", all"});
  if (windows_of(clips, config) < windows_needed(config)) return too_short(frames, clips, config);
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

/// Those of all tensors.
std::vector<std::span<float>> values_of(Weights& weights) {
  std::vector<std::span<float>> all;
  for (const NamedTensor& tensor : tensors(weights)) all.push_back(tensor.values);
  return all;
}

/// What Adam changes: all but the running statistics.
std::vector<std::span<float>> trainable(Weights& weights) {
  std::vector<std::span<float>> all = values_of(weights);
  all.erase(all.begin() + 2, all.begin() + 4);
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

/// In place; there are few, and most calls find them in order.
void sort(std::span<std::int64_t> values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::int64_t value = values[i];
    std::size_t to = i;
    for (; to > 0 && values[to - 1] > value; --to) values[to] = values[to - 1];
    values[to] = value;
  }
}

/// A checksum by which a sound is known again: of the bits of all magnitudes and of where its windows start.
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

Status read_fields(std::span<const double> numbers, TrainerConfig& config) {
  Status wrong;
  std::size_t next = 0;
  visit_fields(config, [&](const char* name, auto& field, double least, double most, const char* allowed) {
    const double number = next < numbers.size() ? numbers[next] : NAN;
    ++next;
    const bool fits = number >= least && number <= most;
    if (fits) {
      field = static_cast<std::remove_reference_t<decltype(field)>>(number);
    } else if (!wrong) {
      wrong = out_of_range(name, number, allowed);
    }
  });
  if (wrong || next == numbers.size()) return wrong;
  return out_of_range("number of fields", static_cast<double>(numbers.size()), {next});
}

Status TrainerConfig::check() const {
  if (auto error = NetworkConfig{1, layers, sequence, scale}.check()) return error;
  if (run < 1 || run > batch) return out_of_range("run", run, {"1 to ", batch, ", the batch"});
  if (training == Training::sequence && (stretch < 1 || stretch > batch)) {
    return out_of_range("stretch", stretch, {"1 to ", batch, ", the batch"});
  }
  Status wrong;
  visit_fields(*this, [&](const char* name, const auto& field, double least, double most, const char* allowed) {
    const auto number = static_cast<double>(field);
    const bool fits = number >= least && number <= most;
    if (!fits && !wrong) wrong = out_of_range(name, number, allowed);
  });
  if (!wrong && patience > 0 && validation == 0) {
    wrong = out_of_range("patience", patience, "0 where nothing is held out for validation");
  }
  if (!wrong && (threads < 1 || threads > static_cast<int>(shard_count) || (threads & (threads - 1)) != 0)) {
    wrong = out_of_range("threads", threads, "1, 2, 4, 8");
  }
  return wrong;
}

struct Trainer::Engine {
  TrainerConfig config;
  NetworkConfig network;
  Magnitudes sound;  ///< linear
  std::vector<Clip> clips;
  Random random{0};
  std::uint64_t held = 0;  ///< windows held out, the last ones. None of their targets belongs to a window before them
  Weights weights;
  std::vector<std::span<float>> values;      ///< of all weights
  std::vector<std::span<float>> kept;        ///< those and Adam's moments
  std::vector<std::span<float>> parameters;  ///< those that Adam changes
  Buffer<std::byte> block;
  std::span<float> compressed;      ///< what the network sees `[frames, bins]`, where that is not `sound`
  std::span<float> heard;           ///< what it reads `[frames, bins]`, where that is not what it predicts: feedback
  std::span<std::int64_t> starts;   ///< of all windows
  std::span<std::int64_t> ordered;  ///< those to train on, by their number, in the order of the epoch
  std::span<std::int64_t> chosen;   ///< starts of the pass `[batch]`
  WindowOrder order;
  Stretches stretches;
  std::vector<Backpropagation> workspaces;  ///< one a thread
  Adam adam;
  Guard guard;
  BestEpoch best;
  Pass pass{};
  Array2<float> predictions;  ///< of the last step; validation has its own
  std::uint64_t steps = 0;
  std::uint64_t step_of_epoch = 0;
  std::uint32_t turn = 0;  ///< where on the ring of all predictions this epoch's stretches begin
  double epoch_loss = 0;   ///< sum over the steps of this epoch
  std::vector<float> losses, validation_losses;
  std::uint32_t known_by = 0;  ///< of the sound

  Engine(const TrainerConfig& configuration, std::size_t bins)
      : config(configuration),
        network{static_cast<int>(bins), config.layers, config.sequence, config.scale},
        workspaces(static_cast<std::size_t>(config.threads)) {}

  void lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows);
  Status prepare(Magnitudes frames, std::vector<Clip> list, const Weights* initial);
  void prepare_sound(Magnitudes frames);
  void list_windows();
  Status prepare_stretches();
  std::span<const float> frames() const { return config.scale == Scale::linear ? sound.values.all() : compressed; }
  std::size_t steps_per_epoch() const;

  Ending ending() const;
  void begin(const Pass& next);
  bool validating() const { return held > 0 && losses.size() > validation_losses.size(); }
  Pass next_pass();
  Pass pass_of_windows();
  Pass pass_of_stretches();
  Pass pass_over(std::span<const std::int64_t> of, bool learns) const;
  void run_all();
  double join();
  double finish();
  bool learn(double loss);
  void feed_back();
  void finish_epoch();
  void validated(float loss);
  void start_epoch();
  void choose_order();
  void go_back();
  double learning_rate() const;
  Result<Weights> weights_of_model();
  Result<Buffer<float>> residuals(Weights& of);
  void keep(Ledger& ledger);
};

void Trainer::Engine::lay_out(Arena& arena, std::uint64_t frames, std::uint64_t windows) {
  const auto batch = static_cast<std::uint64_t>(config.batch);
  held = held_out(config, windows);
  starts = arena.take<std::int64_t>(windows);
  ordered = arena.take<std::int64_t>(windows - held);
  chosen = arena.take<std::int64_t>(batch);
  if (config.scale != Scale::linear) compressed = arena.take<float>(frames * static_cast<std::uint64_t>(network.bins));
  const bool carries = config.training == Training::sequence;
  if (carries && config.feedback > 0) heard = arena.take<float>(frames * static_cast<std::uint64_t>(network.bins));
  // Part 0 computes all of a step on stretches.
  const std::uint64_t share = largest_part(workspaces.size(), static_cast<std::size_t>(batch));
  for (std::size_t i = 0; i < workspaces.size(); ++i) {
    workspaces[i].lay_out(arena, network, frames, batch, carries && i == 0 ? batch : share,
                          carries ? batch / static_cast<std::uint64_t>(config.stretch) : 0);
  }
  const std::uint64_t count = count_values(network);
  adam.lay_out(arena, count);
  guard.lay_out(arena, 3 * count);
  if (held > 0) best.lay_out(arena, count);
}

Status Trainer::Engine::prepare(Magnitudes frames, std::vector<Clip> list, const Weights* initial) {
  clips = std::move(list);
  const std::uint64_t windows = windows_of(clips, config);
  Arena needed;
  lay_out(needed, frames.count(), windows);
  FirstError error;
  error.take(block, Buffer<std::byte>::create(needed.size()));
  error.take(predictions, Array2<float>::create(static_cast<std::uint64_t>(config.batch), frames.values.cols()));
  error.take(weights, initial ? initial->clone() : Weights::create(network));
  if (error) return error.status();
  Arena arena(block.data());
  lay_out(arena, frames.count(), windows);
  prepare_sound(std::move(frames));
  list_windows();
  known_by = fingerprint(sound.values.all(), starts);
  values = values_of(weights);
  parameters = trainable(weights);
  kept = values;
  kept.push_back(adam.moments());
  random = Random(config.seed);
  if (!initial) {
    if (auto failed = initialise(config.initialiser, random, weights)) return failed;
  }
  if (config.training == Training::sequence) {
    if (auto failed = prepare_stretches()) return failed;
  } else {
    order = WindowOrder(ordered, static_cast<std::size_t>(config.batch), static_cast<std::size_t>(config.run));
  }
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
  std::copy_n(this->frames().data(), heard.size(), heard.data());
}

void Trainer::Engine::list_windows() {
  std::size_t next = 0;
  for (const Clip& clip : clips) {
    const std::uint64_t windows = windows_of(clip, config);
    for (std::uint64_t w = 0; w < windows; ++w) starts[next++] = static_cast<std::int64_t>(clip.start + w);
  }
}

/// Of the frames that belong to windows not held out, or are their targets.
Status Trainer::Engine::prepare_stretches() {
  std::vector<Clip> trained;
  std::uint64_t left = ordered.size();
  for (const Clip& clip : clips) {
    const std::uint64_t windows = std::min(left, windows_of(clip, config));
    left -= windows;
    if (windows > 0) trained.push_back({clip.start, windows + static_cast<std::uint64_t>(config.sequence)});
  }
  workspaces[0].adopt_statistics(weights, frames(), trained);
  FirstError error;
  error.take(stretches, Stretches::create(std::move(trained), static_cast<std::size_t>(config.batch),
                                          static_cast<std::size_t>(config.stretch)));
  return error.status();
}

std::size_t Trainer::Engine::steps_per_epoch() const {
  return config.training == Training::windows ? order.batches() : stretches.count();
}

Ending Trainer::Engine::ending() const {
  if (guard.gave_up()) return Ending::diverged;
  if (validating()) return Ending::none;
  const auto epoch = static_cast<int>(losses.size());
  if (config.epochs > 0 && epoch >= config.epochs) return Ending::finished;
  const bool patient = config.patience == 0 || epoch - best.record.epoch < config.patience;
  return patient ? Ending::none : Ending::stopped_early;
}

void Trainer::Engine::begin(const Pass& next) {
  pass = next;
  for (Backpropagation& workspace : workspaces) workspace.begin(weights, frames(), pass);
}

Pass Trainer::Engine::next_pass() {
  if (validating()) return pass_over(starts.last(static_cast<std::size_t>(held)), false);
  return config.training == Training::windows ? pass_of_windows() : pass_of_stretches();
}

Pass Trainer::Engine::pass_of_windows() {
  const auto numbers = order.batch(static_cast<std::size_t>(step_of_epoch));
  std::copy(numbers.begin(), numbers.end(), chosen.begin());
  sort(chosen);
  for (std::int64_t& window : chosen) window = starts[static_cast<std::size_t>(window)];
  return pass_over(chosen, true);
}

Pass Trainer::Engine::pass_of_stretches() {
  const auto lanes = stretches.step(static_cast<std::size_t>(step_of_epoch));
  Pass next{chosen.first(lanes.size()), 0, 0, 0, true, false, lanes, heard};
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    chosen[lane] = lanes[lane].start;
    next.length = std::max<std::size_t>(next.length, lanes[lane].length);
    next.scored += lanes[lane].length;
  }
  return next;
}

Pass Trainer::Engine::pass_over(std::span<const std::int64_t> of, bool learns) const {
  return Pass::windows(of, static_cast<std::size_t>(config.sequence), learns, learns);
}

/// All parts of the pass, one after another.
void Trainer::Engine::run_all() {
  for (std::size_t part = 0; part < workspaces.size(); ++part) {
    while (workspaces[part].run(part, workspaces.size())) {
    }
  }
}

/// The sums of all threads in the first workspace, and the loss.
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
    epoch_loss += loss;
    if (++step_of_epoch == steps_per_epoch()) finish_epoch();
  }
  return loss;
}

/// One Adam step. False, and none, where the loss or the gradient is not finite.
bool Trainer::Engine::learn(double loss) {
  Backpropagation& all = workspaces[0];
  for (const Backpropagation& part : workspaces) {
    const auto rows = part.predictions();
    std::copy(rows.begin(), rows.end(), predictions.data() + part.first_window() * predictions.cols());
  }
  if (pass.batch_statistics) all.move_running_statistics(weights);
  if (!pass.stretches.empty()) all.carry();
  const auto& gradients = all.finish(weights);
  double norm = 0;
  for (const std::span<float> tensor : gradients) norm += kernels().sum_of_squares(tensor.data(), tensor.size());
  norm = std::sqrt(norm);
  if (!std::isfinite(loss) || !std::isfinite(norm)) return false;
  const double scale = config.clip_norm > 0 ? std::min(1.0, config.clip_norm / (norm + 1e-6)) : 1.0;
  adam.step(parameters, gradients, scale, learning_rate(), config.weight_decay);
  ++steps;
  if (!heard.empty()) feed_back();
  return true;
}

/// What the network has predicted becomes part of what it reads.
void Trainer::Engine::feed_back() {
  const std::size_t bins = sound.values.cols();
  const bool computed = !workspaces[0].predictions().empty();  // or another trainer does part 0
  for (std::size_t lane = 0; lane < pass.stretches.size(); ++lane) {
    const float share = std::min(1.0f, 2 * static_cast<float>(config.feedback) * random.uniform());
    for (std::size_t t = 0; computed && t < pass.stretches[lane].length; ++t) {
      const std::size_t frame = pass.stretches[lane].start + t + 1;
      const float* predicted = predictions.row(t * pass.stretches.size() + lane).data();
      for (std::size_t k = 0; k < bins; ++k) {
        const float target = frames()[frame * bins + k];
        heard[frame * bins + k] = std::max(0.0f, target + share * (predicted[k] - target));
      }
    }
  }
}

void Trainer::Engine::finish_epoch() {
  losses.push_back(static_cast<float>(epoch_loss / static_cast<double>(step_of_epoch)));
  epoch_loss = 0;
  step_of_epoch = 0;
  if (held == 0) start_epoch();
}

void Trainer::Engine::validated(float loss) {
  if (!std::isfinite(loss)) return go_back();
  validation_losses.push_back(loss);
  best.offer(static_cast<int>(losses.size()), loss, values);
  start_epoch();
}

void Trainer::Engine::start_epoch() {
  if (steps == 0 || guard.is_due(steps)) guard.keep(kept, {steps, losses.size(), random, adam.powers});
  choose_order();
}

/// That of the epoch which begins.
void Trainer::Engine::choose_order() {
  if (config.training == Training::windows) return order.shuffle(random);
  turn = steps == 0 ? 0 : random.below(static_cast<std::uint32_t>(stretches.predictions()));
  stretches.lay(turn);
}

/// To the start of the epoch that was kept.
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
  std::copy_n(frames().data(), heard.size(), heard.data());
  choose_order();
}

/// That of the next step.
double Trainer::Engine::learning_rate() const {
  const std::uint64_t all = static_cast<std::uint64_t>(config.epochs) * steps_per_epoch();
  const double share = scheduled_rate(steps, all, static_cast<std::uint64_t>(config.warm_up), config.decay);
  return step_size(config) * share * guard.record.rate;
}

/// Those of the best epoch, where there is one.
Result<Weights> Trainer::Engine::weights_of_model() {
  auto copy = weights.clone();
  if (copy && best.record.epoch > 0) unflatten(best.weights(), values_of(*copy));
  return copy;
}

/// Model::residuals over at most 64 windows, spread evenly, fewer for a large network, so that a snapshot stays cheap:
/// a tenth of a second in WebAssembly.
Result<Buffer<float>> Trainer::Engine::residuals(Weights& of) {
  const std::size_t first = held > 0 ? ordered.size() : 0;
  const std::size_t count = held > 0 ? static_cast<std::size_t>(held) : ordered.size();
  std::uint64_t window = 1;  // multiplications that one takes, about
  for (const LstmWeights& layer : of.layers) window += layer.input.size() + layer.recurrent.size();
  window *= static_cast<std::uint64_t>(config.sequence);
  const auto most = static_cast<std::size_t>(std::clamp<std::uint64_t>(2'000'000'000 / window, 4, 64));
  std::vector<std::int64_t> windows(std::min(count, most));
  for (std::size_t i = 0; i < windows.size(); ++i) windows[i] = starts[first + count * i / windows.size()];
  auto predicted = Array2<float>::create(windows.size(), sound.values.cols());
  if (!predicted) return predicted.error();
  Backpropagation& passes = workspaces[0];
  for (std::size_t done = 0; done < windows.size();) {
    const std::size_t some = std::min(windows.size() - done, passes.capacity());
    passes.begin(of, frames(), pass_over(std::span<const std::int64_t>(windows).subspan(done, some), false));
    while (passes.run(0, 1)) {
    }
    std::copy(passes.predictions().begin(), passes.predictions().end(), predicted->row(done).data());
    done += some;
  }
  expand(config.scale, predicted->all());
  for (std::int64_t& start : windows) start += config.sequence;  // the frame that was to be predicted
  return residual_spread(sound.values, windows, *predicted);
}

/// Everything that changes while training, and by what it is known to belong here.
void Trainer::Engine::keep(Ledger& ledger) {
  ledger.expect("version", 1);
  ledger.expect("number of frames", static_cast<double>(sound.count()));
  ledger.expect("number of bins", network.bins);
  ledger.expect("sound's checksum", known_by);
  ledger.expect("number of layers", static_cast<double>(config.layers.size()));
  for (const int units : config.layers) ledger.expect("hidden size", units);
  visit_fields(config, [&](const char* name, auto& field, double, double, const char*) {
    ledger.expect(name, static_cast<double>(field));
  });
  for (const std::span<float> tensor : values) ledger.values(tensor);
  ledger.values(adam.moments());
  ledger.value(adam.powers);
  ledger.values(guard.kept());
  ledger.value(guard.record);
  ledger.values(best.weights());
  ledger.value(best.record);
  ledger.value(random);
  for (std::int64_t& window : ordered) ledger.index(window, ordered.size() - 1);
  ledger.value(steps);
  ledger.index(step_of_epoch, steps_per_epoch() - 1);
  ledger.value(epoch_loss);
  ledger.index(turn, stretches.predictions() - 1);
  ledger.values(heard);
  ledger.list(losses);
  ledger.list(validation_losses);
  workspaces[0].visit_carried([&](std::span<float> state) { ledger.values(state); });
}

Trainer::Trainer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Result<Trainer> Trainer::create(Magnitudes frames, const TrainerConfig& config, const Weights* initial,
                                std::span<const std::uint64_t> clips) {
  if (auto error = config.check()) return *error;
  std::vector<Clip> list = list_clips(clips, frames.count());
  if (auto error = check_frames(frames, list, config)) return *error;
  auto engine = std::make_unique<Engine>(config, frames.values.cols());
  if (initial) {
    if (auto error = check_shapes(engine->network, *initial)) return *error;
  }
  if (auto error = engine->prepare(std::move(frames), std::move(list), initial)) return *error;
  return Trainer(std::move(engine));
}

std::uint64_t Trainer::memory(std::uint64_t frames, int bins, const TrainerConfig& config) {
  const auto count = static_cast<std::uint64_t>(bins);
  if (config.check() || bins < 1 || bins > 32769 || frames > most_frames)
    return std::numeric_limits<std::uint64_t>::max();
  Engine engine(config, static_cast<std::size_t>(count));
  Arena arena;
  const std::uint64_t windows = std::max(windows_of(Clip{0, frames}, config), windows_needed(config));
  engine.lay_out(arena, windows + static_cast<std::uint64_t>(config.sequence), windows);
  const std::uint64_t predictions = static_cast<std::uint64_t>(config.batch) * count;
  return arena.size() + sizeof(float) * (count_values(engine.network) + predictions);
}

const TrainerConfig& Trainer::config() const { return engine_->config; }
const NetworkConfig& Trainer::network() const { return engine_->network; }

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
  if (count < 2 || count > engine.chosen.size()) {
    return out_of_range("number of windows", static_cast<double>(count),
                        {"2 to ", engine.chosen.size(), ", the batch"});
  }
  const auto last = static_cast<std::int64_t>(engine.sound.count()) - engine.config.sequence - 1;
  for (const std::int64_t start : window_starts) {
    if (start < 0 || start > last) return out_of_range("window start", static_cast<double>(start), {"0 to ", last});
  }
  const std::span<std::int64_t> chosen = engine.chosen.first(count);
  std::copy(window_starts.begin(), window_starts.end(), chosen.begin());
  sort(chosen);
  auto sorted = Array2<float>::create(count, engine.predictions.cols());
  if (!sorted) return sorted.error();
  engine.begin(engine.pass_over(chosen, true));
  engine.run_all();
  const double loss = engine.join();
  engine.learn(loss);
  std::copy_n(engine.predictions.data(), sorted->size(), sorted->data());
  for (std::size_t w = 0; w < count; ++w) {
    std::size_t place = 0;
    while (chosen[place] != window_starts[w]) ++place;
    std::copy_n(sorted->row(place).data(), sorted->cols(), engine.predictions.row(w).data());
  }
  return loss;
}

Ending Trainer::ending() const { return engine_->ending(); }

TrainingStatus Trainer::status() const {
  const Engine& engine = *engine_;
  return {.epoch = static_cast<double>(engine.losses.size()),
          .step = static_cast<double>(engine.steps),
          .steps_per_epoch = static_cast<double>(engine.steps_per_epoch()),
          .steps = static_cast<double>(engine.steps_per_epoch()) * engine.config.epochs,
          .loss = engine.losses.empty() ? NAN : engine.losses.back(),
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
  if (engine_->config.training == Training::sequence) engine_->stretches.lay(engine_->turn);
  return {};
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
int Trainer::steps_per_epoch() const { return static_cast<int>(engine_->steps_per_epoch()); }
std::span<const float> Trainer::losses() const { return engine_->losses; }
std::span<const float> Trainer::validation_losses() const { return engine_->validation_losses; }

Result<Model> Trainer::model() const {
  const Engine& engine = *engine_;
  if (auto error = engine.sound.stft.check()) return *error;
  Model model{engine.sound.stft, engine.network, {}, {}, {}, engine.losses, engine.validation_losses};
  FirstError error;
  error.take(model.weights, engine_->weights_of_model());
  if (!error) error.take(model.residuals, engine_->residuals(model.weights));
  if (engine.config.keep_impulses) error.take(model.impulses, engine.sound.values.clone());
  if (error) return *error;
  round_to_half(model.impulses.all());
  return model;
}

}  // namespace lodestone
