#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/stft.hpp"

namespace lodestone::cli {

/// invalid_data, naming the first sample that is NaN or Inf.
Status check_finite(std::span<const float> samples);

/// Reads an audio file; fails if it is empty or not finite. `rate` 0: the file's own.
Result<Sound> load_sound(Host& host, std::string_view path, double rate);

/// Fails if the output would overwrite an input or cannot be written.
Status check_output(Host& host, std::string_view output, std::span<const std::string_view> inputs);

/// Prints how much memory the work needs if that is a lot; fails if the machine has less.
Status check_memory(Console& console, std::string_view work, double bytes);

/// Largest absolute value.
float peak(std::span<const float> samples);

/// Writes a WAV file with the given `--encoding`. 16-bit sound that exceeds full scale is scaled down to −0.1 dBFS and
/// the gain reported.
Status save_sound(Console& console, const Arguments& arguments, Buffer<float>& samples, double rate, Report& report);

/// The options of `save_sound`.
std::span<const Option> sound_options();

}  // namespace lodestone::cli
