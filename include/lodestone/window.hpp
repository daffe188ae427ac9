#pragma once

#include <span>
#include <string_view>

#include "lodestone/facts/spectrum.hpp"

namespace lodestone {

/// The name on the command line and in files: hann, hann-symmetric, sqrt-hann, hamming, blackman, rectangular.
std::string_view window_name(Window window);

/// The window with that name; false if there is none.
bool parse_window(std::string_view name, Window& window);

/// Fills `values` with the window of that length, computed in double precision.
void fill_window(Window window, std::span<double> values);

}  // namespace lodestone
