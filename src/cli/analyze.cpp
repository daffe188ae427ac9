#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Option analyze_files[] = {
    {"--output", "FILE", Kind::file,
     "FILE.safetensors: the spectrum with its framing; FILE.npy: the magnitudes [frames, bins]"},
    {"--magnitudes", "", Kind::flag, "leave the phases out of the safetensors file"},
    {"--rate", "HZ", Kind::number, "resample the sound to this rate first", "", 1, 768000},
};

/// Magnitudes or the complex spectrum, depending on the output's name.
Result<Bytes> encode(const Arguments& arguments, const Spectrum& spectrum) {
  const bool npy = has_extension(arguments.text("--output"), ".npy");
  if (!npy && !arguments.has("--magnitudes")) return write_spectrum(spectrum);
  const auto values = magnitudes(spectrum);
  if (!values) return values.error();
  return npy ? write_npy(values->values) : write_magnitudes(*values);
}

int analyze(const Arguments& arguments, Console& console) {
  const std::string_view output = arguments.text("--output");
  StftConfig config = arguments.config<StftConfig>(facts::stft_options);
  if (auto error = config.check()) return console.fail(*error);
  if (auto error = check_output(console.host, output, arguments.files())) return console.fail(*error);
  const auto sound = load_sound(console.host, arguments.files()[0], arguments.number("--rate"));
  if (!sound) return console.fail(sound.error());
  config.sample_rate = sound->sample_rate;
  auto stft = Stft::create(config);
  if (!stft) return console.fail(stft.error());

  const double frames = static_cast<double>(stft->frames(sound->samples.size()));
  const double bytes_a_value = 2 * sizeof(std::complex<float>);  // in memory, and once more as the file's bytes
  if (auto error = check_memory(console, "the spectrum", frames * config.bins() * bytes_a_value))
    return console.fail(*error);
  const auto spectrum = stft->transform(sound->samples);
  if (!spectrum) return console.fail(spectrum.error());
  const auto bytes = encode(arguments, *spectrum);
  if (!bytes) return console.fail(bytes.error());
  if (auto error = console.host.write(output, *bytes)) return console.fail(*error);

  Report report;
  report.add("output", output);
  report.add("frames", spectrum->count());
  report.add("bins", config.bins());
  report.add("sample rate", config.sample_rate, "Hz");
  report.add("seconds", static_cast<double>(sound->samples.size()) / config.sample_rate);
  report.add("bytes", bytes->size());
  console.result(report);
  return exit_ok;
}

}  // namespace

Command analyze_command() {
  return {"analyze",
          "IN.wav -o SPECTRUM.safetensors|MAGNITUDES.npy",
          "convert sound to STFT frames",
          "Reads a sound (mixed to mono) and writes its short-time Fourier transform.",
          1,
          1,
          {{"Files", analyze_files}, {"Frames", facts::stft_options}, common_options()},
          analyze};
}

}  // namespace lodestone::cli
