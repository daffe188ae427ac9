#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lodestone/result.hpp"

/// Event-based JSON (RFC 8259). Our own, because RapidJSON's reader and writer made the page's module 10 KB larger.
namespace lodestone {

/// A value in a JSON text, as the reader encounters it. For an object or array it marks the start; the contents follow.
struct JsonValue {
  enum class Kind { object, array, string, number, boolean, null };

  Kind kind;
  std::string_view string{};  ///< of a string; valid during the call
  double number = 0;          ///< of a number, to 1 ulp; of a boolean 0 or 1
  std::uint64_t integer = 0;  ///< of a number without sign, fraction or exponent, up to 2^64−1
  bool has_integer = false;   ///< whether it is such a number
  int arrays = 0;             ///< how many arrays are open around the value
};

/// Receives the values of a JSON text in order.
class JsonVisitor {
 public:
  /// `path` holds the keys that lead to the value, outermost first; arrays add none. An error stops the reader.
  /// Duplicate keys are reported twice.
  virtual Status visit(std::span<const std::string> path, const JsonValue& value) = 0;

 protected:
  ~JsonVisitor() = default;
};

/// Empty, or invalid_data: not JSON, not UTF-8, nested deeper than 16 levels, or the visitor's error. `name` names the
/// text in messages.
Status read_json(std::string_view name, std::string_view text, JsonVisitor& visitor);

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
