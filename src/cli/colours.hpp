#pragma once

#include <array>

#include "cli/canvas.hpp"

namespace lodestone::cli {

/// From near black through violet, red and orange to pale yellow. Equal steps of the index are equal steps of perceived
/// lightness (in OKLab, Ottosson 2020), so pictures also work in greyscale.
std::array<Colour, 256> colour_map();

}  // namespace lodestone::cli
