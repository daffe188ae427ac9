#pragma once

#include <array>

#include "cli/canvas.hpp"

namespace lodestone::cli {

/// From night through violet, red and orange to a pale yellow. Equal steps of the index are equal steps of lightness to
/// the eye (in OKLab, Ottosson 2020), so that it also reads in black and white.
std::array<Colour, 256> colour_map();

}  // namespace lodestone::cli
