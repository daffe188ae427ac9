#include <algorithm>
#include <atomic>
#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/text.hpp"
#include "errors/message.hpp"
#include "lodestone/training_run.hpp"

namespace lodestone::cli {
namespace {

constexpr Option train_files[] = {
    {"--output", "FILE", Kind::file, "the model, as safetensors"},
    {"--preset", "NAME", Kind::choice, facts::training_presets_help, facts::training_preset, 0, 0,
     facts::training_presets},
    {"--classic", "", Kind::flag, "the same as --preset classic"},
    {"--init", "MODEL", Kind::file, "start from the weights of this model; its STFT settings and network are used"},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
};

constexpr Option thread_option[] = {
    {"--threads", "N", Kind::choice,
     "threads that share each step on windows (a step on stretches uses one), by default as many as the machine has "
     "cores; the model is the same, bit for bit",
     "", 0, 0, "1|2|4|8"},
};

/// A power of two, at most 8.
int thread_count(const Arguments& arguments, Host& host) {
  const std::string_view given = arguments.text("--threads");
  if (!given.empty()) return given[0] - '0';
  int threads = 1;
  while (2 * threads <= std::min(host.cores(), 8)) threads *= 2;
  return threads;
}

/// What to train with: the preset, options that override it, and the model of `--init`.
struct Plan {
  TrainingConfig config;
  double rate = 0;  ///< of the sound; 0: the file's own
  std::optional<Model> initial;
};

/// Adopts the model's STFT settings and network; fails if an option contradicts them.
Status take_over(const Arguments& arguments, Model model, Plan& plan) {
  const TrainingConfig given = plan.config;
  plan.config.adopt(model);
  const StftConfig& stft = plan.config.stft;
  const struct {
    std::string_view option;
    bool differs;
  } checks[] = {
      {"--layers", given.trainer.layers != plan.config.trainer.layers},
      {"--sequence", given.trainer.sequence != plan.config.trainer.sequence},
      {"--group", given.trainer.group != plan.config.trainer.group},
      {"--scale", given.trainer.scale != plan.config.trainer.scale},
      {"--fft", given.stft.size != stft.size},
      {"--window-size", given.stft.window_length() != stft.window_length()},
      {"--hop", given.stft.hop != stft.hop},
      {"--window", given.stft.window != stft.window},
      {"--framing", given.stft.framing != stft.framing},
      {"--rate", plan.rate != stft.sample_rate},
      {"--preset", given.stft.size != stft.size || given.stft.hop != stft.hop},
  };
  for (const auto& check : checks) {
    if (check.differs && arguments.has(check.option)) {
      return Error{ErrorCode::invalid_argument, std::string(check.option) + " is " +
                                                    std::string(arguments.text(check.option)) +
                                                    ", but the model of --init has a different value; omit the option"};
    }
  }
  plan.rate = stft.sample_rate;
  plan.initial = std::move(model);
  return {};
}

Result<Plan> make_plan(const Arguments& arguments, Host& host) {
  auto config = training_preset(arguments.has("--classic") ? "classic" : arguments.text("--preset"));
  if (!config) return config.error();
  Plan plan{*config, arguments.number("--rate"), {}};
  TrainerConfig& trainer = plan.config.trainer;
  plan.config.stft = arguments.config(facts::stft_options, plan.config.stft);
  plan.config.corpus = arguments.config(facts::corpus_options, plan.config.corpus);
  trainer = arguments.config(facts::trainer_options, trainer);
  if (arguments.has("--layers")) trainer.layers = arguments.integers("--layers");
  if (trainer.training == Training::windows) trainer.threads = thread_count(arguments, host);
  std::vector<std::string_view> inputs(arguments.files().begin(), arguments.files().end());
  inputs.push_back(arguments.text("--init"));
  if (auto error = check_output(host, arguments.text("--output"), inputs)) return *error;
  if (const std::string_view path = inputs.back(); !path.empty()) {
    const auto bytes = host.read(path);
    if (!bytes) return bytes.error();
    auto model = read_model(*bytes);
    if (!model) return in_file(path, model.error());
    if (auto error = take_over(arguments, std::move(*model), plan)) return *error;
  }
  if (trainer.epochs == 0) return out_of_range("--epochs", 0, "-1 (as many as the sound needs), 1 to 1000000");
  if (auto error = plan.config.check()) return *error;
  return plan;
}

std::uint64_t parameter_count(const Weights& weights) {
  std::uint64_t count = weights.norm_weight.size() + weights.norm_bias.size();
  for (const LstmWeights& layer : weights.layers) {
    count += layer.input.size() + layer.recurrent.size() + layer.input_bias.size() + layer.recurrent_bias.size();
  }
  return count + weights.dense_weight.size() + weights.dense_bias.size();
}

std::string network_text(const Trainer& trainer) {
  const NetworkConfig& network = trainer.network();
  std::string text = std::to_string(network.bins) + " bins";
  if (trainer.components() > 0) text += " as " + std::to_string(trainer.components()) + " components";
  for (const int hidden : network.layers) text += ", LSTM " + std::to_string(hidden);
  return text + ", " + std::to_string(network.bins) + " bins";
}

std::string epoch_text(const TrainingStatus& status, int epochs) {
  std::string text = "epoch " + number_text(status.epoch) + " of " + std::to_string(epochs);
  text += "  loss " + number_text(status.loss, 4);
  if (!std::isnan(status.validation_loss)) text += "  validation " + number_text(status.validation_loss, 4);
  return text;
}

/// Runs the current pass, each part on its own thread; false if the user stopped it.
bool run_pass(Trainer& trainer, Host& host) {
  const int parts = trainer.config().threads;
  std::atomic<bool> stopped = false;
  host.run_together(parts, [&](int part) {
    while (!stopped && trainer.run(part, parts)) {
      if (part == 0 && host.cancelled()) stopped = true;
    }
  });
  return !stopped;
}

/// Trains to the end; true if the user stopped it.
bool learn(TrainingRun& run, Console& console) {
  Progress progress(console.host, "train", 1.0);
  Trainer& trainer = run.trainer();
  while (trainer.begin()) {
    if (console.host.cancelled() || !run_pass(trainer, console.host)) return true;
    trainer.finish();
    if (const auto notice = run.notice()) console.note(notice->message);
    const TrainingStatus status = trainer.status();
    progress.update(status.step / status.steps, epoch_text(status, trainer.config().epochs));
  }
  return false;
}

/// Reads all files, which must have the same rate.
Result<std::vector<Sound>> load_sounds(Host& host, std::span<const std::string_view> paths, double rate) {
  std::vector<Sound> sounds;
  for (const std::string_view path : paths) {
    auto sound = load_sound(host, path, rate);
    if (!sound) return sound.error();
    if (!sounds.empty() && sound->sample_rate != sounds[0].sample_rate) {
      return Error{ErrorCode::invalid_data, std::string(path) + " has " + number_text(sound->sample_rate, 10) +
                                                " Hz, " + std::string(paths[0]) + " " +
                                                number_text(sounds[0].sample_rate, 10) +
                                                " Hz; allowed: the same rate for all, or --rate to resample them"};
    }
    sounds.push_back(std::move(*sound));
  }
  return sounds;
}

/// Takes the samples; prints what the training consists of and how much memory it needs.
Result<TrainingRun> start(const Plan& plan, Console& console, std::span<const std::string_view> paths,
                          std::span<Sound> sounds, double& memory) {
  TrainingConfig config = plan.config;
  config.stft.sample_rate = sounds[0].sample_rate;
  const auto initial = plan.initial ? std::optional<ModelView>(*plan.initial) : std::nullopt;
  auto run = TrainingRun::create(config, initial ? &*initial : nullptr);
  if (!run) return run;
  double seconds = 0;
  std::vector<std::uint64_t> lengths;
  for (const Sound& sound : sounds) {
    lengths.push_back(sound.samples.size());
    seconds += static_cast<double>(sound.samples.size()) / sound.sample_rate;
  }
  memory = static_cast<double>(run->memory(lengths));
  if (auto error = check_memory(console, "training", memory)) return *error;
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (auto error = run->add(sounds[i].samples)) return in_file(paths[i], *error);
    sounds[i].samples = {};
  }
  if (auto error = run->start()) return *error;
  const Trainer& trainer = run->trainer();
  console.note((paths.size() == 1 ? std::string(paths[0]) : std::to_string(paths.size()) + " files") + ": " +
               duration_text(seconds) + " at " + number_text(config.stft.sample_rate) + " Hz, " +
               std::to_string(trainer.steps_per_epoch()) + " steps per epoch");
  console.note(network_text(trainer) + "; " + bytes_text(memory) + " of memory");
  return run;
}

int train(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const std::string_view output = arguments.text("--output");
  const auto plan = make_plan(arguments, host);
  if (!plan) return console.fail(plan.error());
  auto sounds = load_sounds(host, arguments.files(), plan->rate);
  if (!sounds) return console.fail(sounds.error());
  double memory = 0;
  auto run = start(*plan, console, arguments.files(), *sounds, memory);
  if (!run) return console.fail(run.error());

  const double began = host.clock();
  const bool stopped = learn(*run, console);
  const TrainingStatus status = run->trainer().status();
  if (stopped && status.step == 0) {
    return console.fail({ErrorCode::cancelled, "stopped before the first step; nothing was written"});
  }
  const auto model = run->model();
  if (!model) return console.fail(model.error());
  const auto bytes = write_model(*model);
  if (!bytes) return console.fail(bytes.error());
  if (auto error = host.write(output, *bytes)) return console.fail(*error);
  if (stopped) {
    console.note("stopped after " + number_text(status.epoch) + " of " +
                 std::to_string(run->trainer().config().epochs) + " epochs; the model so far is in " +
                 std::string(output));
  }

  Report report;
  report.add("output", output);
  report.add("epochs", status.epoch);
  report.add("steps", status.step);
  if (status.epoch > 0) report.add("loss", status.loss);
  if (!std::isnan(status.validation_loss)) report.add("validation loss", status.validation_loss);
  if (status.best_epoch > 0) report.add("best epoch", status.best_epoch);
  report.add("rollbacks", status.rollbacks);
  report.add("parameters", parameter_count(model->weights));
  report.add("impulse frames", model->impulses.rows());
  report.add("bytes", bytes->size());
  report.add("memory", memory, "bytes");
  report.add("train seconds", host.clock() - began);
  report.add("stopped", stopped);
  report.add("stopped early", run->trainer().ending() == Ending::stopped_early);
  console.result(report);
  return stopped ? exit_cancelled : exit_ok;
}

}  // namespace

Command train_command() {
  return {"train",
          "IN.wav... -o MODEL.safetensors",
          "train a model on sound",
          "Learns which magnitude frame follows which, in one or more files. Ctrl-C saves the model so far and prints "
          "where; --init continues from it (with a new order of the windows and without Adam's moments).",
          1,
          1000000,
          {{"Files", train_files},
           {"Sound", facts::corpus_options},
           {"Network and training", facts::trainer_options},
           {"Threads", thread_option},
           {"Frames", facts::stft_options},
           common_options()},
          train};
}

}  // namespace lodestone::cli
