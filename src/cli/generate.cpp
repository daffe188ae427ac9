#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/models.hpp"
#include "cli/stages.hpp"
#include "cli/text.hpp"
#include "lodestone/player.hpp"

namespace lodestone::cli {
namespace {

constexpr Option file_options[] = {
    {"--output", "FILE", Kind::file, "the sound, as WAV"},
};

constexpr Option dream_options[] = {
    {"--seconds", "S", Kind::positive, "length of the sound", "5", 0, 86400},
    {"--seed", "N", Kind::integer, "of the jumps between impulses", "0", 0, 4294967295},
    {"--position", "X", Kind::number, "where in the training sound the dream starts", "0", 0, 1},
    {"--randomness", "X", Kind::number, "chance per frame of jumping to another place in the training sound", "0", 0,
     1},
    {"--temperature", "X", Kind::number,
     "how far each frame strays from what the network predicts; 1: as far as the sound it learned strayed", "1", 0, 4},
    {"--points", "X,X", Kind::numbers, "a schedule of positions, played round and round", "", 0, 1},
    {"--lengths", "N,N", Kind::integers, "frames that each of the points lasts", "", 1, 2147483647},
    {"--mode", "NAME", Kind::choice, "predict from the last frames alone, or carry the state on", "window", 0, 0,
     "window|stateful"},
    {"--start", "NAME", Kind::choice,
     "what is heard while the network listens to the training sound at a jump: nothing, or that sound", "silent", 0, 0,
     "silent|audible"},
    {"--phase", "PRESET", Kind::choice, "how the phases are found", "best", 0, 0, preset_choices},
};

DreamConfig dream_config(const Arguments& arguments) {
  DreamConfig config;
  config.seed = static_cast<std::uint32_t>(arguments.integer("--seed"));
  config.position = arguments.number("--position");
  config.randomness = arguments.number("--randomness");
  config.temperature = arguments.number("--temperature");
  config.points = arguments.numbers("--points");
  config.lengths = arguments.integers("--lengths");
  parse_mode(arguments.text("--mode"), config.mode);
  if (arguments.text("--start") == "audible") config.start = Start::audible;
  return config;
}

int generate(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const std::string_view path = arguments.files()[0];
  const DreamConfig dream = dream_config(arguments);
  if (auto error = dream.check()) return console.fail(*error);
  PhaseConfig phase;
  phase_preset(arguments.text("--phase"), phase);
  if (auto error = check_output(host, arguments.text("--output"), arguments.files())) return console.fail(*error);
  const auto model = load_model(host, arguments, path);
  if (!model) return console.fail(model.error());

  const double seconds = arguments.number("--seconds");
  const double frames = seconds * model->stft.sample_rate / model->stft.hop;
  const double bytes = frames * model->stft.bins() * 4 * sizeof(std::complex<float>);
  if (auto error = check_memory(console, "generating", bytes)) return console.fail(*error);
  if (model->impulses.rows() == 0)
    console.warn(
        "the model contains no impulses: the dream starts from silence, and there is nothing to jump to with "
        "--position, --randomness, --points and --lengths");
  auto work = Generation::create(*model, dream, phase, seconds);
  if (!work) return console.fail(work.error());

  Progress progress(host, "generate");
  for (;;) {
    const auto done = work->step();
    if (!done) return console.fail(done.error());
    if (*done) break;
    if (host.cancelled()) {
      progress.clear();
      return console.fail({ErrorCode::cancelled, "stopped; nothing was written"});
    }
    progress.update(work->progress());
  }
  const double elapsed = progress.elapsed();
  progress.clear();

  auto samples = work->samples().clone();
  if (!samples) return console.fail(samples.error());
  Report report;
  if (auto error = save_sound(console, arguments, *samples, model->stft.sample_rate, report))
    return console.fail(*error);
  report.add("reseeds", work->reseeds());
  report.add("work seconds", elapsed);
  console.result(report);
  return exit_ok;
}

}  // namespace

Command generate_command() {
  return {
      "generate",
      "MODEL -o OUT.wav",
      "a model to new sound",
      "Dreams magnitude frames, finds their phases and writes the sound. The same seed gives the same sound. The model "
      "may also be one that convert reads.",
      1,
      1,
      {{"Files", file_options},
       {"Dream", dream_options},
       {"Sound", sound_options()},
       {"What PyTorch and TensorFlow.js models do not say", import_options()},
       common_options()},
      generate};
}

}  // namespace lodestone::cli
