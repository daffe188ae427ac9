#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

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
  Piece(std::string_view text) : kind_(Kind::text), data_(text.data()), size_(text.size()) {}
  Piece(const std::string& text) : Piece(std::string_view(text)) {}
  Piece(std::unsigned_integral auto number) : kind_(Kind::natural), number_(number) {}
  Piece(std::signed_integral auto number)
      : kind_(Kind::integer), number_(static_cast<std::uint64_t>(static_cast<std::int64_t>(number))) {}
  Piece(double number) : kind_(Kind::real), real_(number) {}
  /// As "[512, 1025]".
  Piece(const std::vector<std::uint64_t>& shape) : kind_(Kind::shape), data_(shape.data()), size_(shape.size()) {}
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
  const void* data_ = nullptr;  // of a text or a shape, with its size
  std::size_t size_ = 0;
  std::uint64_t number_ = 0;
  double real_ = 0;
};

using Pieces = std::initializer_list<Piece>;

/// The pieces one behind the other.
std::string sentence(Pieces pieces);
/// The error invalid_argument with that sentence.
Error refused(Pieces pieces);
/// The error invalid_data with that sentence.
Error malformed(Pieces pieces);
/// The error invalid_argument "hop is 0; allowed: 1 to 2048".
Error out_of_range(Piece field, Piece value, Pieces allowed);
Error out_of_range(Piece field, Piece value, Piece allowed);

}  // namespace lodestone
