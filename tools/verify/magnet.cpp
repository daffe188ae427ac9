#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "formats/json.hpp"
#include "lodestone/network.hpp"
#include "lodestone/trainer.hpp"
#include "network/tensor.hpp"
#include "verify/checks.hpp"

namespace lodestone::cli {
namespace {

// Relative to the largest entry of a tensor; losses relative to themselves.
constexpr double step_tolerance = 1e-4;        // predictions, gradients and losses: float32 sums in a different order
constexpr double parameter_tolerance = 1e-3;   // Adam divides by small numbers
constexpr double generation_tolerance = 1e-3;  // each frame depends on the previous ones

/// The JSON of a metadata entry.
Result<Json> settings(const Safetensors& file, std::string_view key) {
  const std::string* text = file.find_metadata(key);
  if (!text) return Error{ErrorCode::invalid_data, "metadata " + std::string(key) + " is missing"};
  return Json::read("metadata " + std::string(key), *text);
}

/// The number under that key, or the last in a list (of `betas`, β2); NaN if there is none.
double last(const Json& json, std::string_view key) {
  const JsonValue& value = json.root()[key];
  double number = value.kind == JsonValue::Kind::number ? value.number : NAN;
  for (const JsonValue& element : value) number = element.number;
  return number;
}

bool near(double value, double wanted) { return std::fabs(value - wanted) <= 1e-9 * wanted; }

/// The network's and Adam's settings in the file; the library only supports MAGNet's constants.
Result<TrainerConfig> trainer_config(const Safetensors& file) {
  const auto optimizer = settings(file, "optimizer");
  if (!optimizer) return optimizer.error();
  const auto norm = settings(file, "batch_norm");
  if (!norm) return norm.error();
  if (!near(last(*optimizer, "eps"), 1e-8) || !near(last(*optimizer, "betas"), 0.999) ||
      !near(last(*norm, "eps"), 1e-5) || !near(last(*norm, "momentum"), 0.1)) {
    return Error{
        ErrorCode::invalid_data,
        "metadata optimizer and batch_norm: expected Adam with betas 0.9 and 0.999, eps 1e-8; eps 1e-5, momentum 0.1"};
  }
  const auto sequence = whole(file, "sequence", 1, 4096);
  if (!sequence) return sequence.error();
  TrainerConfig config;
  config.sequence = *sequence;
  config.learning_rate = last(*optimizer, "lr");
  const double decay = last(*optimizer, "weight_decay");
  config.weight_decay = std::isnan(decay) ? 0 : decay;
  config.layers.clear();
  while (const TensorView* recurrent = file.find("initial/lstm.weight_hh_l" + std::to_string(config.layers.size()))) {
    if (recurrent->shape.size() != 2 || recurrent->shape[1] > 4096 || config.layers.size() == 4) {
      return Error{ErrorCode::invalid_data,
                   "tensor " + recurrent->name + ": expected 1 to 4 layers, each [4·hidden, hidden]"};
    }
    config.layers.push_back(static_cast<int>(recurrent->shape[1]));
  }
  return config;
}

/// The parameters under `prefix`, and the running statistics.
Result<Weights> read_weights(const Safetensors& file, const NetworkConfig& network, std::string_view prefix) {
  auto weights = Weights::create(network);
  if (!weights) return weights;
  for (const NamedTensor& wanted : tensors(*weights)) {
    const auto found = tensor(file, std::string(prefix) + wanted.name, wanted.shape);
    if (!found) return found.error();
    if (auto error = copy_floats(**found, wanted.values)) return *error;
  }
  return weights;
}

/// Compares the tensors under `prefix`; gradients have no running statistics.
Status compare(const Safetensors& file, Weights& weights, std::string_view prefix, double tolerance, Checks& checks) {
  for (const NamedTensor& found : tensors(weights)) {
    const std::string name = std::string(prefix) + found.name;
    const TensorView* reference = file.find(name);
    if (!reference) continue;
    const auto values = to_floats(*reference);
    if (!values) return values.error();
    checks.add(name, relative_error(found.values, *values), tolerance);
  }
  return {};
}

/// Parses `after20/` as 20; 0 for any other name.
int steps_of(std::string_view name) {
  std::int64_t steps = 0;
  if (!name.starts_with("after") || name.find('/') == std::string_view::npos) return 0;
  if (!parse_integer(name.substr(5, name.find('/') - 5), steps) || steps > 1000000) return 0;
  return static_cast<int>(steps);
}

bool has_state_after(const Safetensors& file, int steps) {
  return std::any_of(file.tensors.begin(), file.tensors.end(),
                     [&](const TensorView& t) { return steps_of(t.name) == steps; });
}

int last_state(const Safetensors& file) {
  int last = 0;
  for (const TensorView& tensor : file.tensors) last = std::max(last, steps_of(tensor.name));
  return last;
}

/// The window starts of each step, `[steps][batch]`.
struct Schedule {
  Buffer<std::int64_t> starts;
  std::size_t steps = 0;
  std::size_t batch = 0;

  std::span<const std::int64_t> step(std::size_t k) const { return {starts.data() + k * batch, batch}; }
};

Result<Schedule> read_schedule(const Safetensors& file) {
  constexpr std::uint64_t any[] = {0, 0};
  const auto found = tensor(file, "window_starts", any);
  if (!found) return found.error();
  auto starts = to_integers(**found);
  if (!starts) return starts.error();
  Schedule schedule;
  schedule.starts = std::move(*starts);
  schedule.steps = (*found)->shape[0];
  schedule.batch = (*found)->shape[1];
  if (schedule.steps == 0 || schedule.batch < 2 || schedule.batch > 4096) {
    return Error{ErrorCode::invalid_data, "window_starts is " + std::to_string(schedule.steps) + " x " +
                                              std::to_string(schedule.batch) +
                                              "; expected 1 step or more of 2 to 4096 windows"};
  }
  return schedule;
}

Status verify_first_step(const Safetensors& file, const Trainer& trainer, Checks& checks) {
  const auto reference = matrix(file, "step1/prediction");
  if (!reference) return reference.error();
  checks.add("step1/prediction", relative_error(trainer.predictions().all(), reference->all()), step_tolerance);
  auto gradients = trainer.gradients();
  if (!gradients) return gradients.error();
  return compare(file, *gradients, "step1/grad/", step_tolerance, checks);
}

Status verify_training(const Safetensors& file, Trainer& trainer, const Schedule& schedule, Checks& checks) {
  constexpr std::uint64_t any_length[] = {0};
  const auto losses_tensor = tensor(file, "losses", any_length);
  if (!losses_tensor) return losses_tensor.error();
  const auto losses = to_doubles(**losses_tensor);
  if (!losses) return losses.error();
  double worst = losses->size() == schedule.steps ? 0 : INFINITY;
  for (std::size_t k = 0; k < schedule.steps; ++k) {
    if (auto error = checks.advance(0.5 * static_cast<double>(k) / static_cast<double>(schedule.steps), "training"))
      return error;
    const auto loss = trainer.step_on(schedule.step(k));
    if (!loss) return loss.error();
    if (k < losses->size()) worst = worse(worst, std::fabs(*loss - (*losses)[k]) / std::fabs((*losses)[k]));
    if (k == 0) {
      if (auto error = verify_first_step(file, trainer, checks)) return error;
    }
    const int steps = static_cast<int>(k) + 1;
    if (!has_state_after(file, steps)) continue;
    auto weights = trainer.weights();
    if (!weights) return weights.error();
    const std::string prefix = "after" + std::to_string(steps) + "/";
    if (auto error = compare(file, *weights, prefix, parameter_tolerance, checks)) return error;
  }
  checks.add("losses", worst, step_tolerance);
  return {};
}

/// Feeds `frames[from .. from + sequence)` to the predictor and returns its prediction of the next frame.
std::span<const float> predict(Predictor& predictor, const Array2<float>& frames, std::size_t from, int sequence) {
  predictor.reset();
  std::span<const float> prediction;
  for (int i = 0; i < sequence; ++i) prediction = predictor.process(frames.row(from + static_cast<std::size_t>(i)));
  return prediction;
}

void copy(std::span<const float> from, std::span<float> to) { std::copy(from.begin(), from.end(), to.begin()); }

Status verify_evaluation(const Safetensors& file, const NetworkConfig& network, const Weights& weights,
                         const Array2<float>& frames, std::span<const std::int64_t> starts, Checks& checks) {
  const auto reference = matrix(file, "eval/prediction");
  if (!reference) return reference.error();
  auto predictor = Predictor::create(network, weights, Mode::stateful);
  if (!predictor) return predictor.error();
  auto found = Array2<float>::create(starts.size(), frames.cols());
  if (!found) return found.error();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    copy(predict(*predictor, frames, static_cast<std::size_t>(starts[i]), network.sequence), found->row(i));
  }
  checks.add("eval/prediction", relative_error(found->all(), reference->all()), step_tolerance);
  return {};
}

Status verify_generation(const Safetensors& file, const NetworkConfig& network, const Weights& weights,
                         const Array2<float>& frames, Mode mode, Checks& checks) {
  const std::string name = "generate/" + std::string(mode_name(mode));
  const auto reference = matrix(file, name);
  if (!reference) return reference.error();
  auto predictor = Predictor::create(network, weights, mode);
  if (!predictor) return predictor.error();
  auto found = Array2<float>::create(reference->rows(), frames.cols());
  if (!found) return found.error();
  for (std::size_t i = 0; i < found->rows(); ++i) {
    if (auto error = checks.advance(0.6 + 0.4 * static_cast<double>(i) / static_cast<double>(found->rows()), name))
      return error;
    copy(i == 0 ? predict(*predictor, frames, 0, network.sequence) : predictor->process(found->row(i - 1)),
         found->row(i));
  }
  checks.add(name, relative_error(found->all(), reference->all()), generation_tolerance);
  return {};
}

}  // namespace

Status verify_magnet(const Safetensors& file, Checks& checks) {
  auto config = trainer_config(file);
  if (!config) return config.error();
  const auto schedule = read_schedule(file);
  if (!schedule) return schedule.error();
  config->batch = static_cast<int>(schedule->batch);
  auto frames = matrix(file, "frames");
  if (!frames) return frames.error();
  if (frames->cols() < 2 || frames->cols() > 32769) {
    return Error{ErrorCode::invalid_data,
                 "frames has " + std::to_string(frames->cols()) + " bins; expected 2 to 32769"};
  }
  const NetworkConfig network{static_cast<int>(frames->cols()), config->layers, config->sequence, config->scale};
  if (auto error = network.check()) return error;
  const auto initial = read_weights(file, network, "initial/");
  if (!initial) return initial.error();

  Magnitudes sound;
  sound.stft.size = 2 * (network.bins - 1);
  sound.stft.hop = 1;
  auto copy_of_frames = frames->clone();
  if (!copy_of_frames) return copy_of_frames.error();
  sound.values = std::move(*copy_of_frames);
  auto trainer = Trainer::create(std::move(sound), *config, &*initial);
  if (!trainer) return trainer.error();
  if (auto error = verify_training(file, *trainer, *schedule, checks)) return error;

  // With the reference's own parameters, so that errors do not accumulate.
  const auto trained = read_weights(file, network, "after" + std::to_string(last_state(file)) + "/");
  if (!trained) return trained.error();
  if (auto error = verify_evaluation(file, network, *trained, *frames, schedule->step(0), checks)) return error;
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    if (auto error = verify_generation(file, network, *trained, *frames, mode, checks)) return error;
  }
  return {};
}

}  // namespace lodestone::cli
