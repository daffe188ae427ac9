#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "lodestone/trainer.hpp"

namespace lodestone::cli {
namespace {

constexpr Option file_options[] = {
    {"--output", "FILE", Kind::file, "the model, as safetensors"},
    {"--preset", "NAME", Kind::choice,
     "settings for playing live, which other options may change: quality (--fft 2048 --hop 512) or responsive (--fft "
     "512 --hop 128, which answers 4 times sooner), both with --training sequence --weight-decay 0",
     "", 0, 0, "quality|responsive"},
    {"--init", "MODEL", Kind::file, "start from the weights of this model; its frames and network are taken over"},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
    {"--no-impulses", "", Kind::flag,
     "keep no frames of the sound in the model, for privacy; dreams then start from silence"},
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
    {"--learning-rate", "X", Kind::number, "step size of Adam; 0: 1e-3, of stretches 2e-3", "0", 0, 1},
    {"--weight-decay", "X", Kind::number, "added to the gradient as X times the weight, as PyTorch's Adam has it",
     "1e-4", 0, 1},
    {"--clip-norm", "X", Kind::number, "largest norm of all gradients together; 0: no clipping", "0", 0, 1e9},
    {"--validation", "SHARE", Kind::number, "share of the windows held out at the end of the sound", "0", 0, 0.5},
    {"--initialiser", "NAME", Kind::choice, "how the weights start", "pytorch", 0, 0, "pytorch|keras"},
    {"--seed", "N", Kind::integer, "of the first weights and the order of the windows", "0", 0, 4294967295},
};

// As in js/options.js.
constexpr Setting quality[] = {
    {"--fft", "2048"}, {"--hop", "512"}, {"--training", "sequence"}, {"--weight-decay", "0"}};
constexpr Setting responsive[] = {
    {"--fft", "512"}, {"--hop", "128"}, {"--training", "sequence"}, {"--weight-decay", "0"}};

std::span<const Setting> preset(std::string_view name) {
  if (name == "quality") return quality;
  if (name == "responsive") return responsive;
  return {};
}

TrainerConfig trainer_config(const Arguments& arguments) {
  TrainerConfig config;
  config.layers = arguments.integers("--layers");
  config.sequence = static_cast<int>(arguments.integer("--sequence"));
  config.training = arguments.text("--training") == "sequence" ? Training::sequence : Training::windows;
  config.batch = static_cast<int>(arguments.integer("--batch"));
  config.run = static_cast<int>(arguments.integer("--run"));
  config.stretch = static_cast<int>(arguments.integer("--stretch"));
  config.learning_rate = arguments.number("--learning-rate");
  config.weight_decay = arguments.number("--weight-decay");
  config.clip_norm = arguments.number("--clip-norm");
  config.validation = arguments.number("--validation");
  parse_scale(arguments.text("--scale"), config.scale);
  config.initialiser = arguments.text("--initialiser") == "keras" ? Initialiser::keras : Initialiser::pytorch;
  config.seed = static_cast<std::uint32_t>(arguments.integer("--seed"));
  config.keep_impulses = !arguments.has("--no-impulses");
  return config;
}

/// What a training works with: from the command line, or from the model of `--init`.
struct Plan {
  StftConfig stft;
  TrainerConfig trainer;
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
  plan.rate = arguments.number("--rate");
  const std::string_view inputs[] = {arguments.files()[0], arguments.text("--init")};
  if (auto error = check_output(host, arguments.text("--output"), inputs)) return *error;
  if (const std::string_view path = inputs[1]; !path.empty()) {
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

/// All epochs; cancelled or invalid_data (the loss is no number any more) before their end.
Status learn(Trainer& trainer, int epochs, Host& host) {
  Progress progress(host, "train", 1.0);
  const double steps = static_cast<double>(epochs) * trainer.steps_per_epoch();
  while (trainer.epoch() < epochs) {
    if (host.cancelled()) return Error{ErrorCode::cancelled, {}};
    const double loss = trainer.step();
    if (!std::isfinite(loss)) {
      return Error{ErrorCode::invalid_data,
                   "training blew up in epoch " + std::to_string(trainer.epoch() + 1) +
                       ": the loss is not finite; try a smaller --learning-rate or --clip-norm 1"};
    }
    progress.update(static_cast<double>(trainer.step_count()) / steps, epoch_text(trainer, epochs, loss));
  }
  return {};
}

int train(const Arguments& given, Console& console) {
  Arguments arguments = given;
  arguments.prefer(preset(given.text("--preset")));
  Host& host = console.host;
  const std::string_view output = arguments.text("--output");
  const auto plan = make_plan(arguments, host);
  if (!plan) return console.fail(plan.error());

  auto sound = load_sound(host, arguments.files()[0], plan->rate);
  if (!sound) return console.fail(sound.error());
  StftConfig config = plan->stft;
  config.sample_rate = sound->sample_rate;
  auto stft = Stft::create(config);
  if (!stft) return console.fail(stft.error());
  const std::uint64_t frame_count = stft->frames(sound->samples.size());
  const std::uint64_t memory = Trainer::memory(frame_count, config.bins(), plan->trainer);
  const double frame_bytes = static_cast<double>(frame_count) * config.bins() * sizeof(float);
  // The frames, the model's copy of them, and at the end the file with another, half as large and twice in memory.
  const double copies = plan->trainer.keep_impulses ? 3 : 1;
  if (auto error = check_memory(console, "training", static_cast<double>(memory) + copies * frame_bytes))
    return console.fail(*error);

  auto frames = stft->magnitudes(sound->samples);
  if (!frames) return console.fail(frames.error());
  const double seconds = static_cast<double>(sound->samples.size()) / config.sample_rate;
  sound->samples = {};
  auto trainer =
      Trainer::create(std::move(*frames), plan->trainer, plan->has_initial ? &plan->initial.weights : nullptr);
  if (!trainer) return console.fail(trainer.error());

  const int epochs = static_cast<int>(arguments.integer("--epochs"));
  console.note(std::string(arguments.files()[0]) + ": " + duration_text(seconds) + " at " +
               number_text(config.sample_rate) + " Hz, " + std::to_string(frame_count) + " frames, " +
               std::to_string(trainer->steps_per_epoch()) + " steps an epoch");
  console.note(network_text(trainer->network()) + "; " + bytes_text(static_cast<double>(memory)) + " of memory");

  const double start = host.clock();
  const auto stopped = learn(*trainer, epochs, host);
  if (stopped && (stopped->code != ErrorCode::cancelled || trainer->step_count() == 0)) {
    return console.fail({stopped->code, stopped->message.empty() ? "stopped before the first step; nothing was written"
                                                                 : stopped->message});
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

  Report report;
  report.add("output", output);
  report.add("epochs", trainer->epoch());
  report.add("steps", trainer->step_count());
  if (!trainer->losses().empty()) report.add("loss", trainer->losses().back());
  if (!trainer->validation_losses().empty()) report.add("validation loss", trainer->validation_losses().back());
  report.add("parameters", parameter_count(model->weights));
  report.add("impulse frames", model->impulses.rows());
  report.add("bytes", bytes->size());
  report.add("memory", memory, "bytes");
  report.add("train seconds", host.clock() - start);
  report.add("stopped", stopped.has_value());
  console.result(report);
  return stopped ? exit_cancelled : exit_ok;
}

}  // namespace

Command train_command() {
  return {"train",
          "IN.wav -o MODEL.safetensors",
          "sound to a model that has learned it",
          "Learns which magnitude frame follows which. Ctrl-C saves the model as far as it is and says where; --init "
          "goes on from "
          "there (with a new order of the windows and Adam's memory empty).",
          1,
          1,
          {{"Files", file_options},
           {"Network", network_options},
           {"Training", training_options},
           {"Frames", framing_options()},
           common_options()},
          train};
}

}  // namespace lodestone::cli
