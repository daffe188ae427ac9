#include "cli/audio.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Option sound_table[] = {
    {"--encoding", "NAME", Kind::choice, "sample format of the WAV file", "pcm16", 0, 0, "pcm16|float32"},
};

constexpr double loud_memory = 512e6;  // bytes above which memory use is worth mentioning

const double headroom = std::pow(10.0, -0.1 / 20);  // −0.1 dBFS

double decibels(double amplitude) { return amplitude > 0 ? 20 * std::log10(amplitude) : -INFINITY; }

}  // namespace

std::span<const Option> sound_options() { return sound_table; }

Status check_finite(std::span<const float> samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i])) {
      return Error{ErrorCode::invalid_data, "sample " + std::to_string(i) + " is " +
                                                (std::isnan(samples[i]) ? "NaN" : "infinite") +
                                                "; allowed: finite numbers"};
    }
  }
  return {};
}

Result<Sound> decode_wav(Host& host, std::string_view path, double rate) {
  auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  auto sound = read_wav(*bytes);
  if (!sound || rate == 0 || rate == sound->sample_rate) return sound;
  return Error{ErrorCode::invalid_argument, "--rate is " + number_text(rate, 10) + ", but the file has " +
                                                number_text(sound->sample_rate, 10) +
                                                " Hz and this build cannot resample; allowed: the file's own rate"};
}

Result<Sound> load_sound(Host& host, std::string_view path, double rate) {
  auto sound = host.decode(path, rate);
  if (!sound) return in_file(path, sound.error());
  if (sound->samples.size() == 0) {
    return in_file(path, {ErrorCode::invalid_data, "the sound is empty; needed: at least 1 sample"});
  }
  if (auto error = check_finite(sound->samples)) return in_file(path, *error);
  return sound;
}

Status check_output(Host& host, std::string_view output, std::span<const std::string_view> inputs) {
  for (const std::string_view input : inputs) {
    if (!input.empty() && host.same_file(output, input)) {
      return Error{ErrorCode::invalid_argument,
                   "-o is \"" + std::string(output) + "\", which is also an input; allowed: another file"};
    }
  }
  return host.check_writable(output);
}

Status check_memory(Console& console, std::string_view work, double bytes) {
  const double available = console.host.memory();
  if (available > 0 && bytes > available) {
    return Error{ErrorCode::out_of_memory, std::string(work) + " needs about " + bytes_text(bytes) +
                                               " of memory; this machine has " + bytes_text(available)};
  }
  if (bytes >= loud_memory) console.note(std::string(work) + " needs about " + bytes_text(bytes) + " of memory");
  return {};
}

float peak(std::span<const float> samples) {
  float loudest = 0;
  for (const float sample : samples) loudest = std::max(loudest, std::fabs(sample));
  return loudest;
}

Status save_sound(Console& console, const Arguments& arguments, Buffer<float>& samples, double rate, Report& report) {
  const bool pcm = arguments.text("--encoding") == "pcm16";
  const double loudest = peak(samples);
  const bool scaled = pcm && loudest > 1;
  if (scaled) {
    const double gain = headroom / loudest;
    for (float& sample : samples) sample = static_cast<float>(sample * gain);
    console.note("the sound's peak is " + number_text(decibels(loudest), 3) + " dBFS; scaled down by " +
                 number_text(-decibels(gain), 3) + " dB to −0.1 dBFS, so that it does not clip");
  }
  auto bytes = write_wav(samples, rate, pcm ? WavEncoding::pcm16 : WavEncoding::float32);
  if (!bytes) return bytes.error();
  const std::string_view path = arguments.text("--output");
  if (auto error = console.host.write(path, *bytes)) return error;
  report.add("output", path);
  report.add("sample rate", rate, "Hz");
  report.add("seconds", static_cast<double>(samples.size()) / rate);
  report.add("samples", samples.size());
  report.add("peak", loudest);
  report.add("peak dbfs", decibels(loudest), "dB");
  report.add("scaled down", scaled);
  return {};
}

}  // namespace lodestone::cli
