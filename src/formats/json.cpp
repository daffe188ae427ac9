#include "formats/json.hpp"

#include <algorithm>
#include <cmath>

#include "errors/first_error.hpp"
#include "errors/message.hpp"

namespace lodestone {

namespace {

constexpr int deepest = 16;
constexpr int most_keys = 4096, most_keys_in_all = 1 << 16;  // each is compared with those before it
constexpr std::size_t most_values = 1 << 22;

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

/// Reads a text in UTF-8. Functions that read a part return false if the text is invalid.
class Parser {
 public:
  Parser(Buffer<char>& text, JsonValue* values) : text_(text.data()), size_(text.size()), values_(values) {}

  Status parse(std::string_view name) {
    const bool complete = read_value({}) && (skip_space(), next_ == size_);
    if (complete) return {};
    if (twice_) return malformed("{}: {} occurs twice", name, quoted(twice_->key));
    if (depth_ > deepest) return malformed("{} is nested deeper than {} levels", name, deepest);
    return malformed("{} is not valid JSON in UTF-8 at byte {}", name, next_);
  }

 private:
  using Kind = JsonValue::Kind;

  bool read_value(std::string_view key) {
    JsonValue& value = *values_++;
    value.key = key;
    skip_space();
    if (!read_content(value)) return false;
    value.next = values_;
    return true;
  }

  bool read_content(JsonValue& value) {
    const char first = peek();
    value.kind = Kind::object;
    if (first == '{') return read_contents(value, '}');
    value.kind = Kind::array;
    if (first == '[') return read_contents(value, ']');
    value.kind = Kind::string;
    if (first == '"') return read_string(value.string);
    value.kind = Kind::null;
    if (first == 'n') return read_word("null");
    value.kind = Kind::boolean;
    if (first == 'f') return read_word("false");
    value.number = 1;
    if (first == 't') return read_word("true");
    value.kind = Kind::number;
    return read_number(value);
  }

  /// Limits recursion, so that the stack cannot overflow.
  bool read_contents(const JsonValue& parent, char close) {
    ++next_;
    if (++depth_ > deepest) return false;
    if (!take(close)) {
      int keys = 0;
      do {
        std::string_view key;
        if (close == '}' &&
            !(++keys <= most_keys && ++keys_ <= most_keys_in_all && read_key(key) && is_new(parent, key)))
          return false;
        if (!read_value(key)) return false;
      } while (take(','));
      if (!take(close)) return false;
    }
    --depth_;
    return true;
  }

  bool read_key(std::string_view& key) {
    skip_space();
    return read_string(key) && take(':');
  }

  bool is_new(const JsonValue& parent, std::string_view key) {
    for (const JsonValue* value = &parent + 1; value != values_; value = value->next) {
      if (value->key == key) twice_ = value;
    }
    return !twice_;
  }

  bool read_string(std::string_view& string) {
    if (!take_next('"')) return false;
    char* const start = text_ + next_;
    char* end = start;
    while (code_of(peek()) >= 0x20) {
      const char c = peek();
      ++next_;
      if (c == '"') {
        string = {start, static_cast<std::size_t>(end - start)};
        return true;
      }
      if (c != '\\') {
        *end++ = c;
      } else if (!read_escape(end)) {
        return false;
      }
    }
    return false;
  }

  /// What is written to `end` is never longer than the escape.
  bool read_escape(char*& end) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (peek() == 'u') return read_code(end);
    const std::size_t i = names.find(peek());
    if (i == names.npos) return false;
    *end++ = meanings[i];
    ++next_;
    return true;
  }

  /// \uXXXX, or a pair of these for one character beyond 16 bits (UTF-16 surrogates).
  bool read_code(char*& end) {
    unsigned code, low;
    if (!read_hex(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      if (!take_next('\\') || !read_hex(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    const int tail = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;  // bytes after the first
    constexpr unsigned leads[] = {0, 0xc0, 0xe0, 0xf0};
    *end++ = static_cast<char>(leads[tail] | code >> (6 * tail));
    for (int i = tail - 1; i >= 0; --i) *end++ = static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
    return true;
  }

  bool read_hex(unsigned& code) {
    code = 0;
    if (!take_next('u')) return false;
    for (int i = 0; i < 4; ++i, ++next_) {
      const char c = peek(), lower = static_cast<char>(c | 0x20);
      if (!is_digit(c) && (lower < 'a' || lower > 'f')) return false;
      code = code << 4 | static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return true;
  }

  /// A number as `digits`·10^`exponent`; digits that do not fit in 64 bits are dropped.
  struct Decimal {
    std::uint64_t digits = 0;
    int exponent = 0;
    bool full = false;
  };

  /// Each digit adds `step` to the exponent: 0 in the integer, −1 in the fraction.
  bool read_digits(Decimal& decimal, int step) {
    const std::size_t start = next_;
    for (; is_digit(peek()); ++next_) {
      const auto digit = static_cast<unsigned>(peek() - '0');
      decimal.full |= decimal.digits > (UINT64_MAX - digit) / 10;
      if (!decimal.full) decimal.digits = decimal.digits * 10 + digit;
      decimal.exponent += step + (decimal.full ? 1 : 0);
    }
    return next_ > start;
  }

  bool read_number(JsonValue& value) {
    const bool negative = take_next('-');
    const bool zero = peek() == '0';
    const std::size_t start = next_;
    Decimal decimal;
    if (!read_digits(decimal, 0) || (zero && next_ > start + 1)) return false;
    value.integer = decimal.digits;
    const std::size_t end = next_;
    if (take_next('.') && !read_digits(decimal, -1)) return false;
    if (take_next('e') || take_next('E')) {
      const bool down = take_next('-');
      if (!down) take_next('+');
      Decimal power;
      if (!read_digits(power, 0)) return false;
      const int shift = power.exponent > 0 ? 9999 : static_cast<int>(std::min<std::uint64_t>(power.digits, 9999));
      decimal.exponent += down ? -shift : shift;
    }
    value.has_integer = !negative && !decimal.full && next_ == end;
    value.number = to_double(decimal);
    if (negative) value.number = -value.number;
    return std::isfinite(value.number);
  }

  static double to_double(const Decimal& decimal) {
    auto number = static_cast<double>(decimal.digits);
    int left = decimal.exponent;
    if (left < 0) {  // the integer and the fraction each: more exact than both at once
      std::uint64_t power = 1;
      for (; left < 0 && power < 10'000'000'000'000'000'000u; ++left) power *= 10;
      const std::uint64_t whole = decimal.digits / power;
      number = static_cast<double>(whole) + static_cast<double>(decimal.digits % power) / static_cast<double>(power);
    }
    while (left != 0 && number * 2 != number) {  // until it is 0 or infinite
      double power = 1;                          // exact up to 10^22
      const bool up = left > 0;
      for (int i = 0; i < 22 && left != 0; ++i, left += up ? -1 : 1) power *= 10;
      number = up ? number * power : number / power;
    }
    return number;
  }

  bool read_word(std::string_view word) {
    for (const char c : word) {
      if (!take_next(c)) return false;
    }
    return true;
  }

  /// The next character; 0 at the end (a 0 in the text itself is invalid anyway).
  char peek() const { return next_ < size_ ? text_[next_] : '\0'; }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++next_;
  }

  bool take_next(char c) {
    if (peek() != c) return false;
    ++next_;
    return true;
  }

  bool take(char c) {
    skip_space();
    return take_next(c);
  }

  char* text_;
  std::size_t size_, next_ = 0;
  JsonValue* values_;  // the next
  int depth_ = 0, keys_ = 0;
  const JsonValue* twice_ = nullptr;
};

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t JsonValue::size() const {
  std::size_t count = 0;
  for (Iterator value = begin(); value != end(); ++value) ++count;
  return count;
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const JsonValue& value : *this) {
    if (value.key == name) return &value;
  }
  return nullptr;
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static constexpr JsonValue nothing[2]{{.next = nothing + 1}};
  const JsonValue* value = find(name);
  return value ? *value : nothing[0];
}

Result<Json> Json::read(std::string_view name, std::string_view text) {
  // Each value but the first follows a bracket or a comma.
  const auto starts = [](char c) { return c == '[' || c == '{' || c == ','; };
  const auto most = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts)) + 1;
  if (!is_utf8(text) || most > most_values) return malformed("{} is not UTF-8, or too long", name);
  Json json;
  FirstError error;
  error.take(json.text_, Buffer<char>::create(text.size()));
  error.take(json.values_, Buffer<JsonValue>::create(most));
  if (error) return *error;
  std::copy(text.begin(), text.end(), json.text_.begin());
  if (auto invalid = Parser(json.text_, json.values_.data()).parse(name)) return *invalid;
  return json;
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
  append_natural(text, value);
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
    int exponent = 0;
    for (; value < 1e8; --exponent) value *= 10;  // nine digits distinguish all floats
    for (; value >= 1e9; ++exponent) value /= 10;
    auto mantissa = static_cast<std::uint64_t>(value + 0.5);
    for (; mantissa % 10 == 0; mantissa /= 10) ++exponent;
    append_natural(text, mantissa);
    text += exponent < 0 ? "e-" : "e";
    append_natural(text, static_cast<std::uint64_t>(std::abs(exponent)));
    return;
  }
  const auto whole = static_cast<std::uint64_t>(value);
  append_natural(text, whole);
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
