#include <algorithm>
#include <atomic>
#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "lodestone/corpus.hpp"
#include "lodestone/trainer.hpp"

namespace lodestone::cli {
namespace {

constexpr Option file_options[] = {
    {"--output", "FILE", Kind::file, "the model, as safetensors"},
    {"--preset", "NAME", Kind::choice,
     "settings that other options may change: quality (--fft 2048 --hop 512) or responsive (--fft 512 --hop 128, which "
     "answers 4 times sooner), both with --training sequence --epochs 1000 --batch 128 --stretch 8 --feedback 1 "
     "--learning-rate 4e-3 --decay 0.05 --weight-decay 0 --scale log1p; or classic (--no-normalise --clip-norm 0), "
     "MAGNet's own way with the defaults below",
     "quality", 0, 0, "quality|responsive|classic"},
    {"--classic", "", Kind::flag, "the same as --preset classic"},
    {"--init", "MODEL", Kind::file, "start from the weights of this model; its frames and network are taken over"},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
    {"--no-impulses", "", Kind::flag,
     "keep no frames of the sound in the model, for privacy; dreams then start from silence"},
};

constexpr Option corpus_options[] = {
    {"--no-normalise", "", Kind::flag, "leave the level of the sound as it is; else every file is brought to −20 dBFS"},
    {"--copies", "N", Kind::integer, "learn so many copies of each file too, altered in level and pitch", "0", 0, 64},
    {"--copy-gain", "DB", Kind::number, "a copy is louder or quieter by up to so much", "6", 0, 24},
    {"--copy-pitch", "SEMITONES", Kind::number,
     "a copy is higher or lower, and as much shorter or longer, by up to so much", "0.5", 0, 12},
};

constexpr Option network_options[] = {
    {"--layers", "N,N", Kind::integers, "hidden sizes of the LSTM layers, 1 to 4 of them", "128,128", 1, 4096},
    {"--sequence", "N", Kind::integer, "frames that a prediction looks back on", "40", 1, 4096},
    {"--scale", "NAME", Kind::choice, "what the network sees of a magnitude m: m, or ln(1 + m)", "linear", 0, 0,
     "linear|log1p"},
};

constexpr Option training_options[] = {
    {"--training", "NAME", Kind::choice,
     "on windows of --sequence frames, each from a zero state, or many times faster on whole stretches of the sound, "
     "with a prediction for every frame and the state carried on",
     "windows", 0, 0, "windows|sequence"},
    {"--epochs", "N", Kind::integer, "rounds over the sound", "200", 1, 1000000},
    {"--batch", "N", Kind::integer, "predictions a step: windows, or the frames of all stretches", "64", 2, 4096},
    {"--run", "N", Kind::integer,
     "neighbouring windows that stay together in random order: steps on a long sound take less time, and teach less",
     "1", 1, 4096},
    {"--stretch", "N", Kind::integer, "frames of a stretch; batch / stretch of them are read side by side", "4", 1,
     4096},
    {"--feedback", "X", Kind::number,
     "how much of its own predictions the network reads in place of the sound while it learns from stretches, so that "
     "dreams find their way",
     "0", 0, 1},
    {"--learning-rate", "X", Kind::number, "step size of Adam; 0: 1e-3, of stretches 2e-3", "0", 0, 1},
    {"--warm-up", "N", Kind::integer, "first steps, over which the learning rate rises", "0", 0, 1000000},
    {"--decay", "SHARE", Kind::number, "of the learning rate that is left at the end; it falls along a cosine", "1", 0,
     1},
    {"--weight-decay", "X", Kind::number, "added to the gradient as X times the weight, as PyTorch's Adam has it",
     "1e-4", 0, 1},
    {"--clip-norm", "X", Kind::number, "largest norm of all gradients together; 0: no clipping", "1", 0, 1e9},
    {"--validation", "SHARE", Kind::number,
     "share of the windows held out at the end of the sound; the model is that of the epoch which predicts them best",
     "0", 0, 0.5},
    {"--patience", "N", Kind::integer, "stop after so many epochs in which that has not become better; 0: never", "0",
     0, 1000000},
    {"--initialiser", "NAME", Kind::choice, "how the weights start", "pytorch", 0, 0, "pytorch|keras"},
    {"--threads", "N", Kind::choice,
     "threads that share each step on windows (a step on stretches takes one): as many as the machine has cores, if "
     "not "
     "said otherwise; the model is the same to the bit",
     "", 0, 0, "1|2|4|8"},
    {"--seed", "N", Kind::integer, "of the first weights and the order of the windows", "0", 0, 4294967295},
};

// As in js/options.js.
constexpr Setting responsive[] = {
    {"--fft", "512"},    {"--hop", "128"},        {"--training", "sequence"}, {"--epochs", "1000"},
    {"--batch", "128"},  {"--stretch", "8"},      {"--feedback", "1"},        {"--learning-rate", "4e-3"},
    {"--decay", "0.05"}, {"--weight-decay", "0"}, {"--scale", "log1p"}};
constexpr std::span<const Setting> quality = std::span(responsive).subspan(2);
constexpr Setting classic[] = {{"--clip-norm", "0"}};

bool is_classic(const Arguments& arguments) {
  return arguments.has("--classic") || arguments.text("--preset") == "classic";
}

std::span<const Setting> preset(const Arguments& arguments) {
  if (is_classic(arguments)) return classic;
  if (arguments.text("--preset") == "responsive") return responsive;
  return quality;
}

TrainerConfig trainer_config(const Arguments& arguments) {
  TrainerConfig config;
  config.layers = arguments.integers("--layers");
  config.sequence = static_cast<int>(arguments.integer("--sequence"));
  config.training = arguments.text("--training") == "sequence" ? Training::sequence : Training::windows;
  config.epochs = static_cast<int>(arguments.integer("--epochs"));
  config.batch = static_cast<int>(arguments.integer("--batch"));
  config.run = static_cast<int>(arguments.integer("--run"));
  config.stretch = static_cast<int>(arguments.integer("--stretch"));
  config.feedback = arguments.number("--feedback");
  config.learning_rate = arguments.number("--learning-rate");
  config.warm_up = static_cast<int>(arguments.integer("--warm-up"));
  config.decay = arguments.number("--decay");
  config.weight_decay = arguments.number("--weight-decay");
  config.clip_norm = arguments.number("--clip-norm");
  config.validation = arguments.number("--validation");
  config.patience = static_cast<int>(arguments.integer("--patience"));
  parse_scale(arguments.text("--scale"), config.scale);
  config.initialiser = arguments.text("--initialiser") == "keras" ? Initialiser::keras : Initialiser::pytorch;
  config.seed = static_cast<std::uint32_t>(arguments.integer("--seed"));
  config.keep_impulses = !arguments.has("--no-impulses");
  return config;
}

CorpusConfig corpus_config(const Arguments& arguments) {
  CorpusConfig config;
  config.normalise = !arguments.has("--no-normalise") && !is_classic(arguments);
  config.copies = static_cast<int>(arguments.integer("--copies"));
  config.copy_gain = arguments.number("--copy-gain");
  config.copy_pitch = arguments.number("--copy-pitch");
  config.validation = arguments.number("--validation");
  config.seed = static_cast<std::uint32_t>(arguments.integer("--seed"));
  return config;
}

/// Up to 8, a power of two.
int thread_count(const Arguments& arguments, Host& host) {
  const std::string_view given = arguments.text("--threads");
  if (!given.empty()) return given[0] - '0';
  int threads = 1;
  while (2 * threads <= std::min(host.cores(), 8)) threads *= 2;
  return threads;
}

/// What a training works with: from the command line, or from the model of `--init`.
struct Plan {
  StftConfig stft;
  TrainerConfig trainer;
  CorpusConfig corpus;
  double rate = 0;  ///< of the sound; 0: the file's own
  Model initial;
  bool has_initial = false;
};

/// Takes over the frames and the network of the model; an option that says otherwise is refused.
Status take_over(const Arguments& arguments, Model model, Plan& plan) {
  const StftConfig& stft = model.stft;
  const struct {
    std::string_view option;
    bool differs;
  } checks[] = {
      {"--layers", plan.trainer.layers != model.network.layers},
      {"--sequence", plan.trainer.sequence != model.network.sequence},
      {"--scale", plan.trainer.scale != model.network.scale},
      {"--fft", plan.stft.size != stft.size},
      {"--window-size", plan.stft.window_length() != stft.window_length()},
      {"--hop", plan.stft.hop != stft.hop},
      {"--window", plan.stft.window != stft.window},
      {"--framing", plan.stft.framing != stft.framing},
      {"--rate", plan.rate != stft.sample_rate},
      {"--preset", plan.stft.size != stft.size || plan.stft.hop != stft.hop},
  };
  for (const auto& check : checks) {
    if (check.differs && arguments.has(check.option)) {
      return Error{ErrorCode::invalid_argument,
                   std::string(check.option) + " is " + std::string(arguments.text(check.option)) +
                       ", but the model of --init has another value; allowed: to leave it out"};
    }
  }
  plan.stft = stft;
  plan.rate = stft.sample_rate;
  plan.trainer.layers = model.network.layers;
  plan.trainer.sequence = model.network.sequence;
  plan.trainer.scale = model.network.scale;
  plan.initial = std::move(model);
  plan.has_initial = true;
  return {};
}

Result<Plan> make_plan(const Arguments& arguments, Host& host) {
  Plan plan;
  plan.stft = framing(arguments);
  plan.trainer = trainer_config(arguments);
  plan.corpus = corpus_config(arguments);
  if (plan.trainer.training == Training::windows) plan.trainer.threads = thread_count(arguments, host);
  plan.rate = arguments.number("--rate");
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
  if (auto error = plan.trainer.check()) return *error;
  if (auto error = plan.stft.check()) return *error;
  // A model whose frames have no way back to sound could be trained, but never played.
  if (auto error = plan.stft.check_invertible()) return *error;
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

std::string epoch_text(const Trainer& trainer, int epochs, double running_loss) {
  std::string text = "epoch " + std::to_string(trainer.epoch()) + " of " + std::to_string(epochs);
  const auto losses = trainer.losses();
  text += "  loss " + number_text(losses.empty() ? running_loss : losses.back(), 4);
  if (const auto held_out = trainer.validation_losses(); !held_out.empty()) {
    text += "  validation " + number_text(held_out.back(), 4);
  }
  return text;
}

/// The pass that has begun, each part on a thread of its own; false where the user has asked to stop before its end.
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

/// Until training is over; true where the user stopped it before.
bool learn(Trainer& trainer, Console& console) {
  Progress progress(console.host, "train", 1.0);
  const int epochs = trainer.config().epochs;
  const double steps = static_cast<double>(epochs) * trainer.steps_per_epoch();
  int rollbacks = 0;
  while (trainer.begin()) {
    if (console.host.cancelled() || !run_pass(trainer, console.host)) return true;
    const double loss = trainer.finish();
    const TrainingStatus status = trainer.status();
    if (status.rollbacks > rollbacks) {
      ++rollbacks;
      console.note("the loss was not finite: back to epoch " + number_text(status.epoch) +
                   ", and on at half the learning rate, " + number_text(status.learning_rate));
    }
    progress.update(static_cast<double>(trainer.step_count()) / steps, epoch_text(trainer, epochs, loss));
  }
  return false;
}

Status check_ending(const Trainer& trainer) {
  if (trainer.ending() != Ending::diverged) return {};
  const double last_rate = 2 * trainer.status().learning_rate;
  return Error{ErrorCode::invalid_data,
               "training blew up in epoch " + std::to_string(trainer.epoch() + 1) +
                   ": the loss was not finite ten times in a row, last at a learning rate of " +
                   number_text(last_rate) +
                   "; try a model of --init with smaller weights, none, or a smaller --learning-rate"};
}

/// All files, of one rate.
Result<std::vector<Sound>> load_sounds(Host& host, std::span<const std::string_view> paths, double rate) {
  std::vector<Sound> sounds;
  for (const std::string_view path : paths) {
    auto sound = load_sound(host, path, rate);
    if (!sound) return sound.error();
    if (!sounds.empty() && sound->sample_rate != sounds[0].sample_rate) {
      return Error{ErrorCode::invalid_data,
                   std::string(path) + " has " + number_text(sound->sample_rate, 10) + " Hz, " + std::string(paths[0]) +
                       " " + number_text(sounds[0].sample_rate, 10) +
                       " Hz; allowed: one rate for all, or --rate, to which they are resampled"};
    }
    sounds.push_back(std::move(*sound));
  }
  return sounds;
}

/// Seconds of sound, and how many frames it and its copies give at most.
struct Extent {
  double seconds = 0, frames = 0;
};

Extent extent(const Stft& stft, std::span<const Sound> sounds, const CorpusConfig& config) {
  Extent all;
  for (const Sound& sound : sounds) {
    all.seconds += static_cast<double>(sound.samples.size()) / sound.sample_rate;
    all.frames += static_cast<double>(stft.frames(sound.samples.size()));
  }
  all.frames *= 1 + config.copies * std::pow(2, config.copy_pitch / 12);
  return all;
}

/// Takes the samples.
Result<Trainer> make_trainer(const Plan& plan, const StftConfig& stft, std::span<const std::string_view> paths,
                             std::span<Sound> sounds) {
  auto corpus = Corpus::create(stft, plan.corpus);
  if (!corpus) return corpus.error();
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (auto error = corpus->add(sounds[i].samples)) return in_file(paths[i], *error);
    sounds[i].samples = {};
  }
  auto frames = corpus->take();
  if (!frames) return frames.error();
  TrainerConfig config = plan.trainer;
  config.validation *= corpus->own_share();
  return Trainer::create(std::move(*frames), config, plan.has_initial ? &plan.initial.weights : nullptr,
                         corpus->clips());
}

int train(const Arguments& given, Console& console) {
  Arguments arguments = given;
  arguments.prefer(preset(given));
  Host& host = console.host;
  const std::string_view output = arguments.text("--output");
  const auto plan = make_plan(arguments, host);
  if (!plan) return console.fail(plan.error());

  auto sounds = load_sounds(host, arguments.files(), plan->rate);
  if (!sounds) return console.fail(sounds.error());
  StftConfig config = plan->stft;
  config.sample_rate = sounds->front().sample_rate;
  const auto stft = Stft::create(config);
  if (!stft) return console.fail(stft.error());
  const Extent size = extent(*stft, *sounds, plan->corpus);
  const auto most_frames = static_cast<std::uint64_t>(size.frames);
  const std::uint64_t memory = Trainer::memory(most_frames, config.bins(), plan->trainer);
  const double frame_bytes = size.frames * config.bins() * sizeof(float);
  // The frames, the model's copy of them, and at the end the file with another, half as large and twice in memory.
  const double copies = plan->trainer.keep_impulses ? 3 : 1;
  if (auto error = check_memory(console, "training", static_cast<double>(memory) + copies * frame_bytes))
    return console.fail(*error);

  auto trainer = make_trainer(*plan, config, arguments.files(), *sounds);
  if (!trainer) return console.fail(trainer.error());
  const auto files = arguments.files();
  console.note((files.size() == 1 ? std::string(files[0]) : std::to_string(files.size()) + " files") + ": " +
               duration_text(size.seconds) + " at " + number_text(config.sample_rate) + " Hz, " +
               std::to_string(trainer->steps_per_epoch()) + " steps an epoch");
  console.note(network_text(trainer->network()) + "; " + bytes_text(static_cast<double>(memory)) + " of memory");

  const double start = host.clock();
  const int epochs = plan->trainer.epochs;
  const bool stopped = learn(*trainer, console);
  if (auto error = check_ending(*trainer)) return console.fail(*error);
  if (stopped && trainer->step_count() == 0) {
    return console.fail({ErrorCode::cancelled, "stopped before the first step; nothing was written"});
  }
  const auto model = trainer->model();
  if (!model) return console.fail(model.error());
  const auto bytes = write_model(*model);
  if (!bytes) return console.fail(bytes.error());
  if (auto error = host.write(output, *bytes)) return console.fail(*error);
  if (stopped) {
    console.note("stopped after " + std::to_string(trainer->epoch()) + " of " + std::to_string(epochs) +
                 " epochs; what was learned until then is in " + std::string(output));
  }
  const TrainingStatus status = trainer->status();
  if (trainer->ending() == Ending::stopped_early) {
    console.note("stopped early: the held-out loss was lowest after epoch " + number_text(status.best_epoch) +
                 ", whose weights the model has");
  }

  Report report;
  report.add("output", output);
  report.add("epochs", trainer->epoch());
  report.add("steps", trainer->step_count());
  if (!trainer->losses().empty()) report.add("loss", trainer->losses().back());
  if (!trainer->validation_losses().empty()) report.add("validation loss", trainer->validation_losses().back());
  if (status.best_epoch > 0) report.add("best epoch", status.best_epoch);
  report.add("rollbacks", status.rollbacks);
  report.add("parameters", parameter_count(model->weights));
  report.add("impulse frames", model->impulses.rows());
  report.add("bytes", bytes->size());
  report.add("memory", memory, "bytes");
  report.add("train seconds", host.clock() - start);
  report.add("stopped", stopped);
  report.add("stopped early", trainer->ending() == Ending::stopped_early);
  console.result(report);
  return stopped ? exit_cancelled : exit_ok;
}

}  // namespace

Command train_command() {
  return {"train",
          "IN.wav... -o MODEL.safetensors",
          "sound to a model that has learned it",
          "Learns which magnitude frame follows which, in one file or many. Ctrl-C saves the model as far as it is and "
          "says where; --init "
          "goes on from "
          "there (with a new order of the windows and Adam's memory empty).",
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
