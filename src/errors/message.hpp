#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "errors/complete.hpp"
#include "lodestone/result.hpp"

/// Sentences for errors. They are put together in one place from lists of pieces, and numbers are written by hand:
/// string sums at every refusal and printf would make the page's module a third larger.
namespace lodestone {

/// About six significant digits: 44100, 0.25, -1.5, 3e-9, nan.
std::string number_text(double value);

/// A piece of a message; it points to what it is made of.
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
  /// A name out of a file, fit for a message: quoted, shortened, without control characters.
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
Error fail(ErrorCode code);
Error fail(std::string_view field, double value, std::string_view allowed);
}  // namespace detail

// What follows leaves the sentence empty in a program that is not complete: who wants to know asks the complete one.

/// The pieces one behind the other.
inline std::string sentence(Pieces pieces) { return complete ? detail::spell(pieces) : std::string(); }

/// The error of that code with that sentence.
inline Error failed(ErrorCode code, Pieces pieces) {
  return complete ? detail::fail(code, pieces) : detail::fail(code);
}

/// The error invalid_argument with that sentence.
inline Error refused(Pieces pieces) { return failed(ErrorCode::invalid_argument, pieces); }

/// The error invalid_data with that sentence.
inline Error malformed(Pieces pieces) { return failed(ErrorCode::invalid_data, pieces); }

/// The error invalid_argument "hop is 0; allowed: 1 to 2048".
inline Error out_of_range(std::string_view field, double value, std::string_view allowed) {
  return complete ? detail::fail(field, value, allowed) : detail::fail(ErrorCode::invalid_argument);
}
inline Error out_of_range(std::string_view field, double value, Pieces allowed) {
  return out_of_range(field, value, sentence(allowed));
}

}  // namespace lodestone
