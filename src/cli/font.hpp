#pragma once

#include <array>
#include <cstdint>

namespace lodestone::cli {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 7;
inline constexpr int glyph_advance = 6;

/// Rows of a character from top to bottom, with the leftmost pixel in bit 4. Anything but printable ASCII is drawn as a
/// question mark.
const std::array<std::uint8_t, glyph_height>& glyph(char character);
/// Rows that the character descends below the baseline: 1 for g, p, q, y.
int glyph_drop(char character);

}  // namespace lodestone::cli
