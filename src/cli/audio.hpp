#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/stft.hpp"

namespace lodestone::cli {

/// The options that say how sound becomes frames.
std::span<const Option> framing_options();
/// The settings that they give, and those of `config` where they are not given.
StftConfig framing(const Arguments& arguments, StftConfig config = {});

/// invalid_data, naming the first sample that is NaN or Inf.
Status check_finite(std::span<const float> samples);

/// An audio file, refused where it is empty or not finite. `rate` 0: its own.
Result<Sound> load_sound(Host& host, std::string_view path, double rate);

/// Refuses where the output would overwrite an input, or cannot be written.
Status check_output(Host& host, std::string_view output, std::span<const std::string_view> inputs);

/// Says how much memory the work needs where it is much; refuses where the machine has not got it.
Status check_memory(Console& console, std::string_view work, double bytes);

/// Loudest absolute value.
float peak(std::span<const float> samples);

/// Writes a WAV file as `--encoding` asks. 16-bit sound that exceeds full scale is scaled down to −0.1 dBFS, which
/// `report` tells.
Status save_sound(Console& console, const Arguments& arguments, Buffer<float>& samples, double rate, Report& report);

/// The options of `save_sound`.
std::span<const Option> sound_options();

}  // namespace lodestone::cli
