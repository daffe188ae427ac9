#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "lodestone/formats.hpp"

namespace lodestone {

/// Aborts if a guarantee of the reader is violated.
inline void require(bool promise) {
  if (!promise) std::abort();
}

/// Reads the input; the result, written and read again, must give the same bytes.
template <class Read, class Write>
int fuzz_round_trip(const std::uint8_t* data, std::size_t size, Read read, Write write) {
  const auto value = read(ByteView(reinterpret_cast<const std::byte*>(data), size));
  if (!value) {
    require(value.error().code == ErrorCode::invalid_data && !value.error().message.empty());
    return 0;
  }
  const auto once = write(*value);
  require(bool(once));
  const auto again = read(ByteView(once->data(), once->size()));
  require(bool(again));
  const auto twice = write(*again);
  require(twice && twice->size() == once->size() && std::memcmp(twice->data(), once->data(), once->size()) == 0);
  return 0;
}

/// An imported model must be valid: written and read again, it must give the same bytes.
inline void require_model(const Result<Model>& model) {
  if (!model) {
    require(model.error().code == ErrorCode::invalid_data && !model.error().message.empty());
    return;
  }
  const auto bytes = write_model(*model);
  require(bool(bytes));
  const auto again = read_model(*bytes);
  require(bool(again));
  const auto twice = write_model(*again);
  require(twice && twice->size() == bytes->size() && std::memcmp(twice->data(), bytes->data(), bytes->size()) == 0);
}

}  // namespace lodestone
