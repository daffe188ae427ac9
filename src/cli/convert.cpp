#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/models.hpp"

namespace lodestone::cli {
namespace {

constexpr Option convert_files[] = {
    {"--output", "FILE", Kind::file, "the model, as safetensors"},
    {"--impulses", "SOUND", Kind::file,
     "the training sound; dreams start from its frames, which other formats do not contain"},
    {"--folded", "", Kind::flag, "without components, for other programs and earlier versions; larger and slower"},
};

/// Replaces the model's frames with those of the sound.
Status take_impulses(Host& host, std::string_view path, Model& model) {
  const auto sound = load_sound(host, path, model.stft.sample_rate);
  if (!sound) return sound.error();
  auto stft = Stft::create(model.stft);
  if (!stft) return stft.error();
  auto frames = stft->magnitudes(sound->samples);
  if (!frames) return in_file(path, frames.error());
  round_to_half(frames->values.all());
  model.impulses = std::move(frames->values);
  return {};
}

int convert(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const std::string_view path = arguments.files()[0], output = arguments.text("--output");
  const std::string_view sound = arguments.text("--impulses");
  const std::string_view inputs[] = {path, sound};
  if (auto error = check_output(host, output, inputs)) return console.fail(*error);
  auto model = load_model(host, arguments, path);
  if (!model) return console.fail(model.error());
  if (!sound.empty()) {
    if (auto error = take_impulses(host, sound, *model)) return console.fail(*error);
  }
  if (arguments.has("--folded")) {
    auto folded = ModelView(*model).folded();
    if (!folded) return console.fail(folded.error());
    model = std::move(folded);
  }
  const auto bytes = write_model(*model);
  if (!bytes) return console.fail(bytes.error());
  if (auto error = host.write(output, *bytes)) return console.fail(*error);
  Report report;
  report.add("output", output);
  report.add("bytes", bytes->size());
  report.add("impulse frames", model->impulses.rows());
  console.result(report);
  return exit_ok;
}

}  // namespace

Command convert_command() {
  return {"convert",
          "MODEL -o OUT.safetensors",
          "convert a PyTorch or TensorFlow.js model to Lodestone's format",
          "Reads a state_dict or checkpoint from torch.save (.pth, .pt), a TensorFlow.js layers model (its model.json, "
          "with the shards in the same folder) or a Lodestone model, recognised by content, and writes safetensors.",
          1,
          1,
          {{"Files", convert_files},
           {"Settings missing from PyTorch and TensorFlow.js models", facts::import_options},
           common_options()},
          convert};
}

}  // namespace lodestone::cli
