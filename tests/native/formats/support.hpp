#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "lodestone/formats.hpp"
#include "sanitized.hpp"

namespace lodestone {

inline Bytes bytes_of(std::string_view text) {
  Bytes bytes = Bytes::create(text.size()).value();
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

inline std::string text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline std::string read_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A file written by numpy, see data/.
inline Bytes data_file(const std::string& name) {
  return bytes_of(read_text(LODESTONE_TEST_DATA "/../native/formats/data/" + name));
}

/// A file of tests/vectors/import.
inline std::string vector_file(const std::string& name) { return read_text(LODESTONE_TEST_DATA "/import/" + name); }

/// Little-endian bytes of a number.
template <class T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// A safetensors file with this header, not padded.
inline std::string safetensors_text(const std::string& header, const std::string& data = {}) {
  return raw(std::uint64_t{header.size()}) + header + data;
}

/// The message of a failure; empty if there was none.
template <class T>
std::string refusal(const Result<T>& result) {
  if (result) return {};
  CHECK(result.error().code == ErrorCode::invalid_data);
  return result.error().message;
}

/// Reads a copy of exactly the text's size, so that the sanitizer detects every read beyond its end.
template <class Read>
auto read_exactly(Read read, std::string_view text) {
  const Bytes bytes = bytes_of(text);
  return read(ByteView(bytes.data(), text.size()));
}

/// Reads the file truncated at every byte, and with every bit of its first `bytes_to_flip` bytes flipped (with a
/// sanitizer, at some of them: there the fuzzers do more). Truncated files must be refused; the others must be read or
/// refused, without a crash.
template <class Read>
void mistreat(Read read, const std::string& text, std::size_t bytes_to_flip) {
  constexpr std::size_t step = sanitized ? 17 : 1;
  for (std::size_t size = 0; size < text.size(); size += step) {
    INFO("truncated at byte " << size);
    REQUIRE(!refusal(read_exactly(read, std::string_view(text).substr(0, size))).empty());
  }
  for (std::size_t bit = 0; bit < 8 * std::min(bytes_to_flip, text.size()); bit += step) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto result = read_exactly(read, flipped);
    if (!result) CHECK(!result.error().message.empty());
  }
}

}  // namespace lodestone
