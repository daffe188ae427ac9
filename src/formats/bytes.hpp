#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "errors/message.hpp"
#include "lodestone/formats.hpp"

/// Numbers in files. All formats here are little-endian, as is every machine that Lodestone runs on.
namespace lodestone {

static_assert(std::endian::native == std::endian::little);

/// The value of type T at the start of `bytes`, which may lie at any address.
template <class T>
T load(ByteView bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline bool starts_with(ByteView bytes, std::string_view text) { return as_text(bytes).starts_with(text); }

/// Writes values one after another into a block that is large enough.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& bytes) : next_(bytes.data()) {}

  template <class T>
  void put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    put_block(&value, sizeof value);
  }
  void put(std::string_view text) { put_block(text.data(), text.size()); }
  void put(ByteView bytes) { put_block(bytes.data(), bytes.size()); }

 private:
  void put_block(const void* block, std::size_t size) {
    if (size > 0) std::memcpy(next_, block, size);
    next_ += size;
  }

  std::byte* next_;
};

}  // namespace lodestone
