#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lodestone/result.hpp"

/// Error messages, assembled in one place from lists of pieces, with hand-written number formatting: concatenating
/// strings wherever an error occurs and printf would make the page's module a third larger.
namespace lodestone {

/// About six significant digits: 44100, 0.25, -1.5, 3e-9, nan.
std::string number_text(double value);

/// A piece of a message. It refers to its text or shape without copying it.
class Piece {
 public:
  Piece(const char* text) : Piece(std::string_view(text)) {}
  Piece(std::string_view text)
      : kind_(Kind::text), size_(static_cast<std::uint32_t>(text.size())), data_(text.data()) {}
  Piece(const std::string& text) : Piece(std::string_view(text)) {}
  Piece(std::unsigned_integral auto number) : kind_(Kind::natural), number_(number) {}
  Piece(std::signed_integral auto number)
      : kind_(Kind::integer), number_(static_cast<std::uint64_t>(static_cast<std::int64_t>(number))) {}
  Piece(double number) : kind_(Kind::real), real_(number) {}
  /// As "[512, 1025]".
  Piece(const std::vector<std::uint64_t>& shape)
      : kind_(Kind::shape), size_(static_cast<std::uint32_t>(shape.size())), data_(shape.data()) {}
  /// A name from a file, made safe for a message: quoted, shortened, without control characters.
  static Piece quoted(std::string_view name) {
    Piece piece(name);
    piece.kind_ = Kind::quoted;
    return piece;
  }

  void append_to(std::string& message) const;

 private:
  enum class Kind { text, natural, integer, real, shape, quoted };

  Kind kind_;
  std::uint32_t size_ = 0;  // of a text or a shape
  union {
    const void* data_;
    std::uint64_t number_;
    double real_;
  };
};

using Pieces = std::initializer_list<Piece>;

namespace detail {
std::string spell(Pieces pieces);
Error fail(ErrorCode code, Pieces pieces);
Error fail(std::string_view field, double value, std::string_view allowed);
}  // namespace detail

/// The pieces, concatenated.
inline std::string sentence(Pieces pieces) { return detail::spell(pieces); }

/// An error with that code and message.
inline Error failed(ErrorCode code, Pieces pieces) { return detail::fail(code, pieces); }

/// An invalid_argument error with that message.
inline Error refused(Pieces pieces) { return failed(ErrorCode::invalid_argument, pieces); }

/// An invalid_data error with that message.
inline Error malformed(Pieces pieces) { return failed(ErrorCode::invalid_data, pieces); }

/// An invalid_argument error such as "hop is 0; allowed: 1 to 2048".
inline Error out_of_range(std::string_view field, double value, std::string_view allowed) {
  return detail::fail(field, value, allowed);
}
inline Error out_of_range(std::string_view field, double value, Pieces allowed) {
  return out_of_range(field, value, sentence(allowed));
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
