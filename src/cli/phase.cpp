#include "lodestone/phase.hpp"

#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/stages.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Option phase_files[] = {
    {"--output", "FILE", Kind::file, "the sound, as WAV"},
    {"--save-spectrum", "FILE", Kind::file, "also write the complex spectrum, as safetensors"},
    {"--init", "FILE", Kind::file, "a spectrum of the same shape whose phases to start from"},
    {"--rate", "HZ", Kind::number, "sample rate of a bare .npy, which does not contain it", "", 1, 768000},
};

bool is_npy(ByteView bytes) { return bytes.size() >= 6 && std::memcmp(bytes.data(), "\x93NUMPY", 6) == 0; }

/// A bare array does not contain its framing, so the command line must give it.
Result<Magnitudes> magnitudes_of_npy(const Arguments& arguments, ByteView bytes) {
  auto values = read_npy(bytes);
  if (!values) return values.error();
  if (!arguments.has("--rate")) {
    return Error{ErrorCode::invalid_argument,
                 "--rate is missing: a .npy does not contain its sample rate; allowed: 1 to 768000 Hz"};
  }
  Magnitudes magnitudes;
  magnitudes.stft = arguments.config<StftConfig>(facts::stft_options);
  magnitudes.stft.sample_rate = arguments.number("--rate");
  if (auto error = magnitudes.stft.check()) return *error;
  if (values->cols() != static_cast<std::size_t>(magnitudes.stft.bins())) {
    return Error{ErrorCode::invalid_argument,
                 "--fft is " + std::to_string(magnitudes.stft.size) + ", so that a frame has " +
                     std::to_string(magnitudes.stft.bins()) + " bins, but the array has " +
                     std::to_string(values->cols()) + "; --fft " +
                     std::to_string(2 * (static_cast<std::int64_t>(values->cols()) - 1)) + " would fit"};
  }
  magnitudes.values = std::move(*values);
  return magnitudes;
}

Result<Magnitudes> load_magnitudes(const Arguments& arguments, Host& host) {
  const auto bytes = host.read(arguments.files()[0]);
  if (!bytes) return bytes.error();
  if (is_npy(*bytes)) return magnitudes_of_npy(arguments, *bytes);
  for (const Arguments::Given& given : arguments.given()) {
    for (const Option& option : facts::stft_options) {
      if (given.option->name == option.name || given.option->name == "--rate") {
        return Error{ErrorCode::invalid_argument,
                     std::string(given.option->name) + " is only for a bare .npy: this file contains its own framing"};
      }
    }
  }
  return read_magnitudes(*bytes);
}

/// Whether both paths refer to the same place, even if no file exists there yet.
bool same_place(Host& host, std::string_view a, std::string_view b) {
  if (a == b || host.same_file(a, b)) return true;
  const auto folder = [](std::string_view path) { return std::string(folder_of(path)) + "."; };
  return name_of(a) == name_of(b) && host.same_file(folder(a), folder(b));
}

int phase(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const auto config = phase_config(arguments);
  if (!config) return console.fail(config.error());
  const std::string_view output = arguments.text("--output");
  const std::string_view spectrum_output = arguments.text("--save-spectrum");
  const std::string_view start_file = arguments.text("--init");
  const std::string_view inputs[] = {arguments.files()[0], start_file};
  if (auto error = check_output(host, output, inputs)) return console.fail(*error);
  if (!spectrum_output.empty()) {
    if (auto error = check_output(host, spectrum_output, inputs)) return console.fail(*error);
    if (same_place(host, spectrum_output, output)) {
      return console.fail({ErrorCode::invalid_argument, "--save-spectrum is \"" + std::string(spectrum_output) +
                                                            "\", the same file as -o; allowed: another file"});
    }
  }

  auto magnitudes = load_magnitudes(arguments, host);
  if (!magnitudes) {
    return console.fail(in_file(inputs[0], magnitudes.error()));
  }
  const StftConfig stft_config = magnitudes->stft;
  if (auto error = stft_config.check_invertible()) return console.fail(*error);
  Spectrum start;
  if (!start_file.empty()) {
    const auto bytes = host.read(start_file);
    if (!bytes) return console.fail(bytes.error());
    auto read = read_spectrum(*bytes);
    if (!read) return console.fail(in_file(start_file, read.error()));
    start = std::move(*read);
  }
  const double values = static_cast<double>(magnitudes->values.size());
  if (auto error = check_memory(console, "phase reconstruction", values * 4 * sizeof(std::complex<float>))) {
    return console.fail(*error);
  }

  auto work = Reconstruction::create(std::move(*magnitudes), *config, start_file.empty() ? nullptr : &start);
  if (!work) return console.fail(work.error());
  Progress progress(host, "phase");
  while (!work->step()) {
    if (host.cancelled()) {
      progress.clear();
      return console.fail({ErrorCode::cancelled, "stopped; nothing was written"});
    }
    progress.update(work->progress());
  }
  const double seconds = progress.elapsed();
  progress.clear();
  const Spectrum spectrum = std::move(*work).take();

  Report report;
  if (!spectrum_output.empty()) {
    const auto bytes = write_spectrum(spectrum);
    if (!bytes) return console.fail(bytes.error());
    if (auto error = host.write(spectrum_output, *bytes)) return console.fail(*error);
    report.add("spectrum", spectrum_output);
  }
  const auto quality = consistency(spectrum);
  if (!quality) return console.fail(quality.error());
  auto stft = Stft::create(stft_config);
  if (!stft) return console.fail(stft.error());
  auto samples = stft->inverse(spectrum);
  if (!samples) return console.fail(samples.error());
  if (auto error = save_sound(console, arguments, *samples, stft_config.sample_rate, report))
    return console.fail(*error);
  report.add("consistency", *quality, "dB");
  report.add("work seconds", seconds);
  console.result(report);
  return exit_ok;
}

}  // namespace

Command phase_command() {
  return {"phase",
          "SPECTRUM -o OUT.wav",
          "convert magnitudes to sound by reconstructing phases",
          "SPECTRUM is a file written by analyze; any phases in it are ignored. A bare .npy needs --rate and "
          "the framing "
          "that it was made with.",
          1,
          1,
          {{"Files", phase_files},
           {"Phases: a preset, or stages, run in the given order", stage_options()},
           {"LWS", facts::phase_options},
           {"Frames of a bare .npy", facts::stft_options},
           {"Sound", sound_options()},
           common_options()},
          phase};
}

}  // namespace lodestone::cli
