#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How numbers, sizes and names are written for people.
namespace lodestone::cli {

/// With that many significant digits, without trailing zeros.
std::string number_text(double value, int digits = 6);
/// "3.2 s", "4 min 05 s", "2 h 03 min".
std::string duration_text(double seconds);
/// "812 bytes", "1.3 MB".
std::string bytes_text(double bytes);
/// "a, b or c".
std::string either_text(std::span<const std::string_view> names);

/// How many characters UTF-8 text shows.
std::size_t shown_width(std::string_view text);

/// The candidate that is fewest edits away from `word`, or empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "a|b|c" at every `|`: a, b, c; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Whether the path ends so, whatever the case.
bool has_extension(std::string_view path, std::string_view extension);
/// What stands before the last slash, with it; empty where there is none.
std::string_view folder_of(std::string_view path);
/// What stands behind the last slash.
std::string_view name_of(std::string_view path);

/// Strict: the whole text is one decimal number, and it is finite. False otherwise.
bool parse_number(std::string_view text, double& value);
/// Strict: the whole text is one decimal integer that fits 64 bits.
bool parse_integer(std::string_view text, std::int64_t& value);

}  // namespace lodestone::cli
