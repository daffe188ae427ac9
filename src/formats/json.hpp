#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lodestone/array.hpp"

/// JSON (RFC 8259). Our own, because RapidJSON's reader and writer made the page's module 10 KB larger.
namespace lodestone {

/// A value in a JSON text. Iterating over an object or array gives the values in it.
struct JsonValue {
  enum class Kind { object, array, string, number, boolean, null };

  Kind kind = Kind::null;
  bool has_integer = false;  ///< whether this is a number without sign, fraction and exponent, up to 2^64−1
  std::string_view key{};    ///< in an object
  std::string_view string{};
  std::uint64_t integer = 0;
  double number = 0;                ///< 0 or 1 for a boolean
  const JsonValue* next = nullptr;  ///< the value after this one and its contents

  struct Iterator {
    const JsonValue* at;
    const JsonValue& operator*() const { return *at; }
    void operator++() { at = at->next; }
    bool operator==(const Iterator&) const = default;
  };
  Iterator begin() const { return {this + 1}; }
  Iterator end() const { return {next}; }
  std::size_t size() const;

  /// The value with that key, or null.
  const JsonValue* find(std::string_view name) const;
  /// The value with that key, or a null as in JSON.
  const JsonValue& operator[](std::string_view name) const;
};

/// A JSON text that has been read.
class Json {
 public:
  /// Fails unless `text` is JSON in UTF-8 with at most 16 levels, 2^22 values, 65,536 keys, 4096 of them in an object,
  /// and no key twice. `name` names the text in messages.
  static Result<Json> read(std::string_view name, std::string_view text);

  const JsonValue& root() const { return values_[0]; }

 private:
  Buffer<char> text_;  // strings are unescaped in place
  Buffer<JsonValue> values_;
};

/// Writes a JSON text. The caller must alternate keys and values and close what it opens.
class JsonWriter {
 public:
  std::string text;

  void open(char bracket);
  void close(char bracket) { text += bracket; }
  void key(std::string_view name);
  void string(std::string_view value);
  void integer(std::uint64_t value);
  /// Reads back to the same bits if it is a float, or a double from 16 to 2^53. NaN and infinity, which JSON lacks,
  /// become null.
  void number(double value);

 private:
  void separate();
};

bool is_utf8(std::string_view text);

}  // namespace lodestone
