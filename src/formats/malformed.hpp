#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/result.hpp"

namespace lodestone {

/// A piece of a message. Messages are put together in one place from a list of these: string concatenation at
/// every refusal would make the page's module a third larger.
class Piece {
 public:
  Piece(const char* text) : Piece(std::string_view(text)) {}
  Piece(std::string_view text) : kind_(Kind::text), data_(text.data()), size_(text.size()) {}
  Piece(const std::string& text) : Piece(std::string_view(text)) {}
  Piece(std::integral auto number) : kind_(Kind::number), number_(static_cast<std::uint64_t>(number)) {}
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
  enum class Kind { text, number, real, shape, quoted };

  Kind kind_;
  const void* data_ = nullptr;  // of a text or a shape, with its size
  std::size_t size_ = 0;
  std::uint64_t number_ = 0;
  double real_ = 0;
};

using Pieces = std::initializer_list<Piece>;

/// The error invalid_data with these pieces one behind the other.
Error malformed(Pieces pieces);

}  // namespace lodestone
