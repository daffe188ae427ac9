#include "formats/json.hpp"

#include <cmath>
#include <vector>

#include "errors/message.hpp"

namespace lodestone {

namespace {

constexpr std::size_t deepest = 16;

unsigned code_of(char c) { return static_cast<unsigned char>(c); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Length of the UTF-8 sequence at the start of a non-empty text; 0 if it is not valid (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const unsigned lead = code_of(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((code_of(text[i]) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = length > 2 ? code_of(text[1]) : 0;
  const bool too_long = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool no_character = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
  return too_long || no_character ? 0 : length;
}

/// Reads one text. Functions that read a part return false if the text is invalid or the visitor stops.
class Parser {
 public:
  Parser(std::string_view text, JsonVisitor& visitor) : text_(text), visitor_(visitor) {}

  Status parse(std::string_view name) {
    const bool complete = read_value() && (skip_space(), next_ == text_.size());
    if (error_) return std::move(error_);
    if (too_deep_) return malformed("{} is nested deeper than {} levels", name, deepest);
    if (!complete) return malformed("{} is not valid JSON in UTF-8 at its byte {}", name, next_);
    return {};
  }

 private:
  using Kind = JsonValue::Kind;

  bool read_value() {
    skip_space();
    switch (peek()) {
      case '{':
        return read_object();
      case '[':
        return read_array();
      case '"':
        return read_string(string_) && report({.kind = Kind::string, .string = string_});
      case 't':
        return read_word("true") && report({.kind = Kind::boolean, .number = 1});
      case 'f':
        return read_word("false") && report({.kind = Kind::boolean});
      case 'n':
        return read_word("null") && report({.kind = Kind::null});
      default:
        return read_number();
    }
  }

  bool read_object() {
    ++next_;
    if (!report({.kind = Kind::object}) || !check_depth()) return false;
    path_.emplace_back();
    if (!take('}')) {
      do {
        skip_space();
        if (!read_string(path_.back()) || !take(':') || !read_value()) return false;
      } while (take(','));
      if (!take('}')) return false;
    }
    path_.pop_back();
    return true;
  }

  bool read_array() {
    ++next_;
    if (!report({.kind = Kind::array}) || !check_depth()) return false;
    ++arrays_;
    if (!take(']')) {
      do {
        if (!read_value()) return false;
      } while (take(','));
      if (!take(']')) return false;
    }
    --arrays_;
    return true;
  }

  bool read_string(std::string& string) {
    string.clear();
    if (peek() != '"') return false;
    for (++next_; next_ < text_.size() && code_of(peek()) >= 0x20;) {
      if (peek() == '"') {
        ++next_;
        return true;
      }
      if (peek() == '\\') {
        if (!read_escape(string)) return false;
        continue;
      }
      const std::size_t length = sequence_length(text_.substr(next_));
      if (length == 0) return false;
      string.append(text_, next_, length);
      next_ += length;
    }
    return false;
  }

  bool read_escape(std::string& string) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    ++next_;
    if (peek() == 'u') return read_code(string);
    const std::size_t i = names.find(peek());
    if (i == names.npos) return false;
    string += meanings[i];
    ++next_;
    return true;
  }

  /// \uXXXX, or a pair of these for one character beyond 16 bits (UTF-16 surrogates).
  bool read_code(std::string& string) {
    unsigned code, low;
    if (!read_hex(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      if (peek() != '\\') return false;
      ++next_;
      if (!read_hex(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(string, code);
    return true;
  }

  bool read_hex(unsigned& code) {
    code = 0;
    if (peek() != 'u') return false;
    ++next_;
    for (int i = 0; i < 4; ++i, ++next_) {
      const char c = peek(), lower = static_cast<char>(c | 0x20);
      if (!is_digit(c) && (lower < 'a' || lower > 'f')) return false;
      code = code << 4 | static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return true;
  }

  static void append_utf8(std::string& string, unsigned code) {
    const int tail = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;  // bytes after the first
    constexpr unsigned leads[] = {0, 0xc0, 0xe0, 0xf0};
    string += static_cast<char>(leads[tail] | code >> (6 * tail));
    for (int i = tail - 1; i >= 0; --i) string += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
  }

  bool read_number() {
    JsonValue value{.kind = Kind::number, .has_integer = true};
    const bool negative = peek() == '-';
    if (negative) ++next_;
    if (!is_digit(peek())) return false;
    const bool zero = peek() == '0';
    const std::size_t start = next_;
    for (; is_digit(peek()); ++next_) {
      const auto digit = static_cast<unsigned>(peek() - '0');
      value.number = value.number * 10 + digit;
      value.has_integer = value.has_integer && !__builtin_mul_overflow(value.integer, 10u, &value.integer) &&
                          !__builtin_add_overflow(value.integer, digit, &value.integer);
    }
    if (zero && next_ != start + 1) return false;
    if (negative || peek() == '.' || peek() == 'e' || peek() == 'E') value.has_integer = false;
    if (peek() == '.' && !read_fraction(value.number)) return false;
    if ((peek() == 'e' || peek() == 'E') && !read_exponent(value.number)) return false;
    if (negative) value.number = -value.number;
    return std::isfinite(value.number) && report(value);
  }

  bool read_fraction(double& number) {
    ++next_;
    if (!is_digit(peek())) return false;
    std::uint64_t fraction = 0;
    double scale = 1;  // a power of ten, exact up to 22 digits
    for (; is_digit(peek()); ++next_) {
      if (scale >= 1e18) continue;
      fraction = fraction * 10 + static_cast<unsigned>(peek() - '0');
      scale *= 10;
    }
    number += static_cast<double>(fraction) / scale;
    return true;
  }

  bool read_exponent(double& number) {
    ++next_;
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++next_;
    if (!is_digit(peek())) return false;
    int exponent = 0;
    for (; is_digit(peek()); ++next_) exponent = std::min(exponent * 10 + (peek() - '0'), 9999);
    const double scale = std::pow(10.0, exponent);
    if (number != 0) number = negative ? number / scale : number * scale;
    return true;
  }

  bool read_word(std::string_view word) {
    if (!text_.substr(next_).starts_with(word)) return false;
    next_ += word.size();
    return true;
  }

  /// The next character; 0 at the end (a 0 in the text itself is invalid anyway).
  char peek() const { return next_ < text_.size() ? text_[next_] : '\0'; }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++next_;
  }

  bool take(char c) {
    skip_space();
    if (peek() != c) return false;
    ++next_;
    return true;
  }

  bool report(JsonValue value) {
    value.arrays = arrays_;
    error_ = visitor_.visit(path_, value);
    return !error_;
  }

  /// Limits recursion, so that the stack cannot overflow.
  bool check_depth() {
    too_deep_ = path_.size() + static_cast<std::size_t>(arrays_) >= deepest;
    return !too_deep_;
  }

  std::string_view text_;
  std::size_t next_ = 0;
  JsonVisitor& visitor_;
  Status error_;
  bool too_deep_ = false;
  std::vector<std::string> path_;
  std::string string_;
  int arrays_ = 0;
};

}  // namespace

Status read_json(std::string_view name, std::string_view text, JsonVisitor& visitor) {
  return Parser(text, visitor).parse(name);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void JsonWriter::separate() {
  constexpr std::string_view starts = "{[:";
  if (!text.empty() && starts.find(text.back()) == starts.npos) text += ',';
}

void JsonWriter::open(char bracket) {
  separate();
  text += bracket;
}

void JsonWriter::key(std::string_view name) {
  string(name);
  text += ':';
}

void JsonWriter::string(std::string_view value) {
  separate();
  text += '"';
  for (const char c : value) {
    if (code_of(c) < 0x20) {
      text += "\\u00";
      text += c < 16 ? '0' : '1';
      text += "0123456789abcdef"[c & 15];
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  text += '"';
}

void JsonWriter::integer(std::uint64_t value) {
  separate();
  text += std::to_string(value);
}

void JsonWriter::number(double value) {
  separate();
  if (!std::isfinite(value)) {
    text += "null";
    return;
  }
  if (std::signbit(value)) text += '-';
  value = std::abs(value);
  if (value != 0 && (value < 1 || value >= 0x1p53)) {
    constexpr int digits = 9;  // enough to distinguish all floats
    int exponent = static_cast<int>(std::floor(std::log10(value))) - (digits - 1);
    auto mantissa = std::llround(value * std::pow(10.0, -exponent));
    for (; mantissa % 10 == 0; mantissa /= 10) ++exponent;
    text += std::to_string(mantissa) + "e" + std::to_string(exponent);
    return;
  }
  const auto whole = static_cast<std::uint64_t>(value);
  text += std::to_string(whole);
  double rest = value - static_cast<double>(whole);
  if (rest > 0) text += '.';
  for (int digits = 0; rest > 0 && digits < 17; ++digits) {
    rest *= 10;
    const int digit = static_cast<int>(rest);
    text += static_cast<char>('0' + digit);
    rest -= digit;
  }
}

}  // namespace lodestone
