#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/kinds.hpp"
#include "cli/pictures.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Option picture_options[] = {
    {"--output", "FILE", Kind::file, "the picture, as PNG"},
    {"--size", "WxH", Kind::size, "size of the picture in pixels", "1200x600", 200, 8192},
    {"--frequency", "NAME", Kind::choice, "frequency axis of a spectrogram", "linear", 0, 0, "linear|log"},
    {"--range", "DB", Kind::number, "decibels from the brightest to the darkest colour", "90", 10, 200},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
};

/// Frames of a sound or of a spectrum file.
Result<Magnitudes> load_frames(const Arguments& arguments, Console& console, std::string_view path, FileKind kind,
                               ByteView bytes) {
  if (kind == FileKind::spectrum) return read_magnitudes(bytes);
  if (kind != FileKind::other) {
    return Error{ErrorCode::invalid_data,
                 "found " + std::string(kind_name(kind)) + "; needed: a sound, a spectrum or a model"};
  }
  const auto sound = load_sound(console.host, path, arguments.number("--rate"));
  if (!sound) return sound.error();
  StftConfig config = arguments.config<StftConfig>(facts::stft_options);
  config.sample_rate = sound->sample_rate;
  auto stft = Stft::create(config);
  if (!stft) return stft.error();
  const double values = static_cast<double>(stft->frames(sound->samples.size())) * config.bins();
  if (auto error = check_memory(console, "the spectrogram", values * 2 * sizeof(float))) return *error;
  return stft->magnitudes({sound->samples.data(), sound->samples.size()});
}

Result<Picture> draw(const Arguments& arguments, Console& console, std::string_view path) {
  const auto [width, height] = size_numbers(arguments.text("--size"));
  auto bytes = console.host.read(path);
  if (!bytes) return bytes.error();
  Safetensors file;
  const auto kind = file_kind({bytes->data(), bytes->size()}, file);
  if (!kind) return kind.error();
  if (*kind == FileKind::model) {
    const auto model = read_model({bytes->data(), bytes->size()});
    if (!model) return model.error();
    return draw_losses(*model, width, height, name_of(path));
  }
  const auto frames = load_frames(arguments, console, path, *kind, {bytes->data(), bytes->size()});
  if (!frames) return frames.error();
  SpectrogramStyle style;
  style.width = width;
  style.height = height;
  style.logarithmic = arguments.text("--frequency") == "log";
  style.range_db = arguments.number("--range");
  return draw_spectrogram(*frames, style, name_of(path));
}

int plot(const Arguments& arguments, Console& console) {
  const std::string_view path = arguments.files()[0];
  const std::string_view output = arguments.text("--output");
  if (auto error = arguments.config<StftConfig>(facts::stft_options).check()) return console.fail(*error);
  if (auto error = check_output(console.host, output, arguments.files())) return console.fail(*error);
  const auto picture = draw(arguments, console, path);
  if (!picture) return console.fail(in_file(path, picture.error()));
  if (auto error = console.host.write_picture(output, *picture)) return console.fail(*error);
  Report report;
  report.add("output", output);
  report.add("width", picture->width, "pixels");
  report.add("height", picture->height, "pixels");
  console.result(report);
  return exit_ok;
}

}  // namespace

Command plot_command() {
  return {"plot",
          "IN.wav|SPECTRUM|MODEL -o PICTURE.png",
          "draw a spectrogram, or the loss curve of a model",
          "Draws the spectrogram of a sound or spectrum file (0 dBFS is a full-scale sine), or the loss of a model "
          "over its "
          "epochs.",
          1,
          1,
          {{"Picture", picture_options}, {"Frames of a sound", facts::stft_options}, common_options()},
          plot};
}

}  // namespace lodestone::cli
