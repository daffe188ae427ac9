#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/models.hpp"
#include "cli/text.hpp"
#include "lodestone/player.hpp"

namespace lodestone::cli {
namespace {

constexpr Option generate_files[] = {
    {"--output", "FILE", Kind::file, "the sound, as WAV"},
};

constexpr Option sound_length[] = {
    {"--seconds", "S", Kind::positive, "length of the sound", "5", 0, 86400},
    {"--phase", "PRESET", Kind::choice, "how to reconstruct the phases", "best", 0, 0, facts::phase_presets},
};

DreamConfig dream_config(const Arguments& arguments) {
  auto config = arguments.config<DreamConfig>(facts::dream_options);
  config.points = arguments.numbers("--points");
  config.lengths = arguments.integers("--lengths");
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
  return {"generate",
          "MODEL -o OUT.wav",
          "generate new sound with a model",
          "Dreams magnitude frames, reconstructs their phases and writes the sound. The same seed gives the same "
          "sound. MODEL "
          "can be in any format that convert reads.",
          1,
          1,
          {{"Files", generate_files},
           {"Dream", facts::dream_options},
           {"Sound", sound_length},
           {"File", sound_options()},
           {"Settings missing from PyTorch and TensorFlow.js models", facts::import_options},
           common_options()},
          generate};
}

}  // namespace lodestone::cli
