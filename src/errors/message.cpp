#include "errors/message.hpp"

#include <cmath>
#include <cstring>
#include <span>
#include <utility>

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

// Decimal digits of a finite value above 0.
std::string digits_of(double value) {
  int exponent = static_cast<int>(std::floor(std::log10(value)));
  const bool scientific = exponent < -5 || exponent > 14;
  const double mantissa = scientific ? value / std::pow(10.0, exponent) : value;
  const int decimals = scientific ? 5 : (exponent < 5 ? 5 - exponent : 0);
  auto digits = static_cast<std::uint64_t>(std::llround(mantissa * std::pow(10.0, decimals)));
  if (scientific && digits >= 1'000'000) {  // 9.999999 rounds to 10
    digits /= 10;
    ++exponent;
  }
  std::string fraction;
  for (int i = 0; i < decimals; ++i, digits /= 10) {
    if (fraction.empty() && digits % 10 == 0) continue;  // no zeros at the end
    fraction.insert(fraction.begin(), static_cast<char>('0' + digits % 10));
  }
  std::string text = std::to_string(digits);
  if (!fraction.empty()) text.append(".").append(fraction);
  if (scientific) text.append("e").append(std::to_string(exponent));
  return text;
}

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  std::string text = value < 0 ? "-" : "";
  value = std::fabs(value);
  return text.append(std::isinf(value) ? "inf" : value == 0 ? "0" : digits_of(value));
}

namespace detail {

namespace {

void append(std::string& text, Kind kind, const Argument& argument) {
  switch (kind) {
    case Kind::natural:
      text += std::to_string(argument.number);
      break;
    case Kind::integer:
      text += std::to_string(static_cast<std::int64_t>(argument.number));
      break;
    case Kind::real:
      text += number_text(argument.real);
      break;
    case Kind::literal:
      text += static_cast<const char*>(argument.object);
      break;
    case Kind::string:
      text += *static_cast<const std::string*>(argument.object);
      break;
    case Kind::view:
      text += *static_cast<const std::string_view*>(argument.object);
      break;
    case Kind::shape:
      append_shape(text, *static_cast<const std::vector<std::uint64_t>*>(argument.object));
      break;
    case Kind::quoted:
      append_quoted(text, static_cast<const Quoted*>(argument.object)->name);
      break;
  }
}

}  // namespace

std::string spell(const char* format, std::uint64_t kinds, const Argument* arguments) {
  std::string text;
  const char* hole = nullptr;
  for (; (hole = std::strstr(format, "{}")) != nullptr; format = hole + 2, kinds >>= 4) {
    text.append(format, hole);
    append(text, static_cast<Kind>(kinds & 15), *arguments++);
  }
  return text.append(format);
}

Error fail(ErrorCode code, const char* format, std::uint64_t kinds, const Argument* arguments) {
  return {code, spell(format, kinds, arguments)};
}

Error fail(const char* field, double value, const char* format, std::uint64_t kinds, const Argument* arguments) {
  return fail(field, value, spell(format, kinds, arguments));
}

Error fail(std::string_view field, double value, std::string_view allowed) {
  return refused("{} is {}; allowed: {}", field, value, allowed);
}

Error no_memory(std::uint64_t rows, std::uint64_t cols, std::size_t value_size) {
  return failed(ErrorCode::out_of_memory, "out of memory: {} x {} values of {} bytes cannot be allocated", rows, cols,
                value_size);
}

}  // namespace detail

}  // namespace lodestone
