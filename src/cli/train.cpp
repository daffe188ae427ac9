#include <algorithm>
#include <atomic>
#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "lodestone/training_run.hpp"

namespace lodestone::cli {
namespace {

constexpr Option file_options[] = {
    {"--output", "FILE", Kind::file, "the model, as safetensors"},
    {"--preset", "NAME", Kind::choice,
     "the defaults of all options: quality (--fft 2048 --hop 512) or responsive (--fft 512 --hop 128, which responds "
     "four times faster), both with --training sequence --epochs 1000 --batch 128 --stretch 8 --feedback 1 "
     "--learning-rate 4e-3 --decay 0.05 --weight-decay 0 --scale log1p; or MAGNet's original method, classic "
     "(--no-normalise --training windows --epochs 200 --batch 64 --weight-decay 1e-4 --clip-norm 0 --scale linear)",
     "quality", 0, 0, "quality|responsive|classic"},
    {"--classic", "", Kind::flag, "the same as --preset classic"},
    {"--init", "MODEL", Kind::file, "start from the weights of this model; its STFT settings and network are used"},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
    {"--no-impulses", "", Kind::flag,
     "keep no frames of the sound in the model, for privacy; dreams then start from silence"},
};

constexpr Option corpus_options[] = {
    {"--no-normalise", "", Kind::flag,
     "keep the level of the sound as it is, instead of bringing every file to −20 dBFS"},
    {"--copies", "N", Kind::integer, "altered copies of each file that are learned too", "0", 0, 64},
    {"--copy-gain", "DB", Kind::number, "maximum gain change of a copy", "6", 0, 24},
    {"--copy-pitch", "SEMITONES", Kind::number, "maximum pitch change of a copy, by playing it faster or slower", "0.5",
     0, 12},
};

constexpr Option network_options[] = {
    {"--layers", "N,N", Kind::integers, "hidden sizes of the LSTM layers, 1 to 4 of them", "128,128", 1, 4096},
    {"--sequence", "N", Kind::integer, "frames that a prediction looks back on", "40", 1, 4096},
    {"--scale", "NAME", Kind::choice, "what the network sees of a magnitude m: m, or ln(1 + m)", "", 0, 0,
     "linear|log1p"},
};

constexpr Option training_options[] = {
    {"--training", "NAME", Kind::choice,
     "on windows of --sequence frames, each from a zero state, or many times faster on stretches of the sound, with a "
     "prediction for every frame and the state carried on",
     "", 0, 0, "windows|sequence"},
    {"--epochs", "N", Kind::integer, "passes over the sound", "", 1, 1000000},
    {"--batch", "N", Kind::integer, "predictions per step: windows, or the frames of all stretches", "", 2, 4096},
    {"--run", "N", Kind::integer,
     "neighbouring windows kept together in random order: faster steps on a long sound that teach less", "1", 1, 4096},
    {"--stretch", "N", Kind::integer, "frames of a stretch; batch / stretch of them are read side by side", "", 1,
     4096},
    {"--feedback", "X", Kind::number,
     "how much of its own predictions the network reads in place of the sound while it learns from stretches, so that "
     "dreams sustain themselves",
     "", 0, 1},
    {"--learning-rate", "X", Kind::number, "step size of Adam; 0: 1e-3 on windows, 2e-3 on stretches", "", 0, 1},
    {"--warm-up", "N", Kind::integer, "initial steps over which the learning rate rises linearly from zero", "0", 0,
     1000000},
    {"--decay", "SHARE", Kind::number, "share of the learning rate left at the end; it falls along half a cosine", "",
     0, 1},
    {"--weight-decay", "X", Kind::number, "multiple of the weights added to their gradients, as in PyTorch's Adam", "",
     0, 1},
    {"--clip-norm", "X", Kind::number, "maximum l2 norm of all gradients together, usually 1; 0: no clipping", "", 0,
     1e9},
    {"--validation", "SHARE", Kind::number,
     "share of the sound held out at its end; the model is that of the epoch which predicts it best", "0", 0, 0.5},
    {"--patience", "N", Kind::integer, "stop after so many epochs without a lower held-out loss; 0: never", "0", 0,
     1000000},
    {"--initialiser", "NAME", Kind::choice, "how the weights start", "pytorch", 0, 0, "pytorch|keras"},
    {"--threads", "N", Kind::choice,
     "threads that share each step on windows (a step on stretches uses one), by default as many as the machine has "
     "cores; the model is the same, bit for bit",
     "", 0, 0, "1|2|4|8"},
    {"--seed", "N", Kind::integer, "of the initial weights, the order of the windows and the copies", "0", 0,
     4294967295},
};

/// The value of an option, if it is given.
template <class T>
void set(const Arguments& arguments, std::string_view name, T& field) {
  if (arguments.has(name)) field = static_cast<T>(arguments.number(name));
}

void set_trainer(const Arguments& arguments, TrainerConfig& config) {
  if (arguments.has("--layers")) config.layers = arguments.integers("--layers");
  if (arguments.has("--training")) {
    config.training = arguments.text("--training") == "sequence" ? Training::sequence : Training::windows;
  }
  if (arguments.has("--scale")) parse_scale(arguments.text("--scale"), config.scale);
  if (arguments.has("--no-impulses")) config.keep_impulses = false;
  if (arguments.text("--initialiser") == "keras") config.initialiser = Initialiser::keras;
  set(arguments, "--sequence", config.sequence);
  set(arguments, "--epochs", config.epochs);
  set(arguments, "--batch", config.batch);
  set(arguments, "--run", config.run);
  set(arguments, "--stretch", config.stretch);
  set(arguments, "--feedback", config.feedback);
  set(arguments, "--learning-rate", config.learning_rate);
  set(arguments, "--warm-up", config.warm_up);
  set(arguments, "--decay", config.decay);
  set(arguments, "--weight-decay", config.weight_decay);
  set(arguments, "--clip-norm", config.clip_norm);
  set(arguments, "--validation", config.validation);
  set(arguments, "--patience", config.patience);
  set(arguments, "--seed", config.seed);
}

void set_corpus(const Arguments& arguments, CorpusConfig& config) {
  if (arguments.has("--no-normalise")) config.normalise = false;
  set(arguments, "--copies", config.copies);
  set(arguments, "--copy-gain", config.copy_gain);
  set(arguments, "--copy-pitch", config.copy_pitch);
}

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
                                                    ", but the model of --init has a different value; leave it out"};
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
  plan.config.stft = framing(arguments, plan.config.stft);
  set_corpus(arguments, plan.config.corpus);
  set_trainer(arguments, plan.config.trainer);
  if (plan.config.trainer.training == Training::windows) plan.config.trainer.threads = thread_count(arguments, host);
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

std::string network_text(const NetworkConfig& network) {
  std::string text = std::to_string(network.bins) + " bins";
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
  auto run = TrainingRun::create(config, plan.initial ? &*plan.initial : nullptr);
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
  console.note(network_text(trainer.network()) + "; " + bytes_text(memory) + " of memory");
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
    console.note("stopped after " + number_text(status.epoch) + " of " + std::to_string(plan->config.trainer.epochs) +
                 " epochs; the model so far is in " + std::string(output));
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
          "sound to a model that has learned it",
          "Learns which magnitude frame follows which, in one file or many. Ctrl-C saves the model so far and says "
          "where; --init continues from it (with a new order of the windows and without Adam's moments).",
          1,
          1000000,
          {{"Files", file_options},
           {"Sound", corpus_options},
           {"Network", network_options},
           {"Training", training_options},
           {"Frames", framing_options()},
           common_options()},
          train};
}

}  // namespace lodestone::cli
