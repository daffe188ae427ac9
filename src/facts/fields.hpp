#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "lodestone/result.hpp"

/// Generic code over the configuration fields listed in src/facts/tables.hpp.
namespace lodestone {

inline constexpr double kAnyNumber = std::numeric_limits<double>::max();

/// A configuration field whose value can be given as a number.
struct Field {
  enum class Kind : std::uint8_t { integer, seed, number, single, flag, choice };

  std::string_view name;
  const char* allowed;
  double low, high;
  std::uint16_t offset;
  Kind kind;
  std::span<const std::string_view> names = {};  ///< of a choice
};

using Fields = std::span<const Field>;

/// The fields of a struct, in the order of the C ABI.
template <class Config>
inline constexpr auto fields_of = nullptr;

/// The names of the enumerators of an enumeration, on the command line and in files.
template <class Enum>
inline constexpr auto names_of = nullptr;

namespace detail {
double field_value(const void* config, const Field& field);
void set_field(void* config, const Field& field, double value);
Status check_fields(const void* config, Fields fields, std::string_view place);
Status read_fields(std::span<const double> numbers, void* config, Fields fields);
bool parse_name(std::string_view name, std::span<const std::string_view> names, int& number);
}  // namespace detail

/// The error names the first field that is out of range, preceded by `place`.
template <class Config>
Status check_fields(const Config& config, std::string_view place = {}) {
  return detail::check_fields(&config, fields_of<Config>, place);
}

/// Sets the field of that name; false if the configuration has none.
template <class Config>
bool set_field(Config& config, std::string_view name, double value) {
  for (const Field& field : fields_of<Config>) {
    if (field.name != name) continue;
    detail::set_field(&config, field, value);
    return true;
  }
  return false;
}

template <class Enum>
std::string_view enumerator_name(Enum value) {
  return names_of<Enum>[static_cast<std::size_t>(value)];
}

/// False if there is no enumerator of that name.
template <class Enum>
bool parse_enumerator(std::string_view name, Enum& value) {
  int number = 0;
  const bool found = detail::parse_name(name, names_of<Enum>, number);
  if (found) value = static_cast<Enum>(number);
  return found;
}

}  // namespace lodestone
