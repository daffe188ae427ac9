#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lodestone/result.hpp"

/// Error messages, assembled in one place, with hand-written number formatting: concatenating strings wherever an error
/// occurs, or printf, would make the WebAssembly modules a third larger.
namespace lodestone {

/// About six significant digits: 44100, 0.25, -1.5, 3e-9, nan.
std::string number_text(double value);
void append_natural(std::string& text, std::uint64_t number);
/// "hann, hamming"
std::string listed(std::span<const std::string_view> names);

namespace detail {
Error fail(std::string_view field, double value, std::string_view allowed);
}  // namespace detail

/// An invalid_argument error such as "hop is 0; allowed: 1 to 2048".
inline Error out_of_range(std::string_view field, double value, std::string_view allowed) {
  return detail::fail(field, value, allowed);
}

// Messages with arguments: `malformed("the frames have {} bins; expected {}", values.cols(), bins)`. As with a variadic
// C function, a single function formats the arguments of all calls, but their types are checked.

/// A name from a file as an argument: it is quoted and shortened, and control characters are removed.
struct Quoted {
  std::string_view name;
};
inline Quoted quoted(std::string_view name) { return {name}; }

namespace detail {

enum class Kind : std::uint64_t { natural, integer, real, literal, string, view, shape, quoted };

/// An argument of a message. It refers to a text or a shape without copying it.
union Argument {
  std::uint64_t number;
  double real;
  const void* object;
};

constexpr Argument argument(std::integral auto value) {
  return {.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(value))};
}
constexpr Argument argument(double value) { return {.real = value}; }
constexpr Argument argument(const char* text) { return {.object = text}; }
template <class T>
constexpr Argument argument(const T& object) requires std::is_class_v<T> {
  return {.object = &object};
}

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_unsigned_v<T>) return Kind::natural;
  if constexpr (std::is_integral_v<T>) return Kind::integer;
  if constexpr (std::is_floating_point_v<T>) return Kind::real;
  if constexpr (std::is_same_v<T, std::string>) return Kind::string;
  if constexpr (std::is_same_v<T, std::string_view>) return Kind::view;
  if constexpr (std::is_same_v<T, std::vector<std::uint64_t>>) return Kind::shape;
  if constexpr (std::is_same_v<T, Quoted>) return Kind::quoted;
  return Kind::literal;
}

/// The types of up to 16 arguments, the first in the lowest four bits.
template <class... Args>
constexpr std::uint64_t kinds_of() {
  static_assert(sizeof...(Args) <= 16);
  std::uint64_t kinds = 0;
  int shift = -4;
  ((kinds |= static_cast<std::uint64_t>(kind_of<Args>()) << (shift += 4)), ...);
  return kinds;
}

void wrong_number_of_arguments();

/// A literal with one `{}` for each argument, checked by the compiler.
template <class... Args>
struct Format {
  consteval Format(const char* literal) : text(literal) {
    std::size_t holes = 0;
    for (const char* c = literal; *c != 0; ++c) holes += c[0] == '{' && c[1] == '}' ? 1 : 0;
    if (holes != sizeof...(Args)) wrong_number_of_arguments();
  }
  const char* text;
};
template <class... Args>
using FormatOf = Format<std::type_identity_t<Args>...>;

std::string spell(const char* format, std::uint64_t kinds, const Argument* arguments);
Error fail(ErrorCode code, const char* format, std::uint64_t kinds, const Argument* arguments);
Error fail(const char* field, double value, const char* format, std::uint64_t kinds, const Argument* arguments);

}  // namespace detail

/// The text with each `{}` replaced by the next argument: a number, a text, a shape or a quoted name.
template <class... Args>
[[gnu::always_inline]] inline std::string sentence(detail::FormatOf<Args...> format, const Args&... args) {
  const std::array<detail::Argument, sizeof...(Args)> arguments = {detail::argument(args)...};
  return detail::spell(format.text, detail::kinds_of<Args...>(), arguments.data());
}

/// An error with that code and message.
template <class... Args>
[[gnu::always_inline]] inline Error failed(ErrorCode code, detail::FormatOf<Args...> format, const Args&... args) {
  const std::array<detail::Argument, sizeof...(Args)> arguments = {detail::argument(args)...};
  return detail::fail(code, format.text, detail::kinds_of<Args...>(), arguments.data());
}

/// An invalid_argument error with that message.
template <class... Args>
[[gnu::always_inline]] inline Error refused(detail::FormatOf<Args...> format, const Args&... args) {
  return failed(ErrorCode::invalid_argument, format, args...);
}

/// An invalid_data error with that message.
template <class... Args>
[[gnu::always_inline]] inline Error malformed(detail::FormatOf<Args...> format, const Args&... args) {
  return failed(ErrorCode::invalid_data, format, args...);
}

/// An invalid_argument error such as "hop is 0; allowed: 1 to 2048".
template <class First, class... Rest>
[[gnu::always_inline]] inline Error out_of_range(const char* field, double value,
                                                 detail::FormatOf<First, Rest...> allowed, const First& first,
                                                 const Rest&... rest) {
  const detail::Argument arguments[] = {detail::argument(first), detail::argument(rest)...};
  return detail::fail(field, value, allowed.text, detail::kinds_of<First, Rest...>(), arguments);
}

}  // namespace lodestone
