#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Formats numbers, sizes and names for people.
namespace lodestone::cli {

/// With that many significant digits and no trailing zeros.
std::string number_text(double value, int digits = 6);
/// "3.2 s", "4 min 05 s", "2 h 03 min".
std::string duration_text(double seconds);
/// "812 bytes", "1.3 MB".
std::string bytes_text(double bytes);
/// "a, b or c".
std::string either_text(std::span<const std::string_view> names);

/// Number of characters in UTF-8 text.
std::size_t shown_width(std::string_view text);

/// The candidate with the fewest edits from `word`, or empty if none is close.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Splits "a|b|c" at every `|`; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Whether the path has that ending, ignoring case.
bool has_extension(std::string_view path, std::string_view extension);
/// The part up to and including the last slash; empty if there is none.
std::string_view folder_of(std::string_view path);
/// The part after the last slash.
std::string_view name_of(std::string_view path);

/// Strict: false unless the whole text is one finite decimal number.
bool parse_number(std::string_view text, double& value);
/// Strict: false unless the whole text is one decimal integer that fits 64 bits.
bool parse_integer(std::string_view text, std::int64_t& value);

}  // namespace lodestone::cli
