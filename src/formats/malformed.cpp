#include "formats/malformed.hpp"

#include <span>

#include "message.hpp"

namespace lodestone {

namespace {

void append_quoted(std::string& message, std::string_view name) {
  constexpr std::size_t longest = 80;
  message += '"';
  for (const char c : name.substr(0, longest)) {
    const auto code = static_cast<unsigned char>(c);
    message += code < 0x20 || code == 0x7f ? '?' : c;
  }
  message += name.size() > longest ? "…\"" : "\"";
}

void append_shape(std::string& message, std::span<const std::uint64_t> shape) {
  const char* before = "[";
  for (const std::uint64_t size : shape) {
    message += before + std::to_string(size);
    before = ", ";
  }
  message += shape.empty() ? "[]" : "]";
}

}  // namespace

void Piece::append_to(std::string& message) const {
  switch (kind_) {
    case Kind::text:
      message.append(static_cast<const char*>(data_), size_);
      break;
    case Kind::number:
      message += std::to_string(number_);
      break;
    case Kind::real:
      message += number_text(real_);
      break;
    case Kind::shape:
      append_shape(message, {static_cast<const std::uint64_t*>(data_), size_});
      break;
    case Kind::quoted:
      append_quoted(message, {static_cast<const char*>(data_), size_});
      break;
  }
}

Error malformed(Pieces pieces) {
  std::string message;
  for (const Piece& piece : pieces) piece.append_to(message);
  return {ErrorCode::invalid_data, std::move(message)};
}

}  // namespace lodestone
