#include "errors/message.hpp"

#include <cmath>
#include <cstdlib>
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
  message += '[';
  for (const std::uint64_t& size : shape) {
    if (&size != shape.data()) message += ", ";
    append_natural(message, size);
  }
  message += ']';
}

}  // namespace

void append_natural(std::string& text, std::uint64_t number) {
  char digits[20];
  char* first = std::end(digits);
  do *--first = static_cast<char>('0' + number % 10);
  while ((number /= 10) > 0);
  text.append(first, static_cast<std::size_t>(std::end(digits) - first));
}

std::string listed(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  std::string text = value < 0 ? "-" : "";
  value = std::fabs(value);
  if (std::isinf(value)) return text.append("inf");
  int exponent = 0;
  double mantissa = value;
  for (; mantissa >= 10; ++exponent) mantissa /= 10;
  for (; mantissa < 1 && mantissa > 0; --exponent) mantissa *= 10;
  const bool scientific = exponent < -5 || exponent > 14;
  std::uint64_t unit = 1;  // how many of the last digit make 1
  for (int decimals = 5 - (scientific ? 0 : exponent); decimals > 0; --decimals) unit *= 10;
  auto digits = static_cast<std::uint64_t>((scientific ? mantissa : value) * static_cast<double>(unit) + 0.5);
  if (scientific && digits == 10 * unit) {  // 9.999999 rounds to 10
    digits = unit;
    ++exponent;
  }
  append_natural(text, digits / unit);
  digits %= unit;
  if (digits > 0) text += '.';
  while (digits > 0) {  // no zeros at the end
    unit /= 10;
    text += static_cast<char>('0' + digits / unit);
    digits %= unit;
  }
  if (!scientific) return text;
  text.append(exponent < 0 ? "e-" : "e");
  append_natural(text, static_cast<std::uint64_t>(std::abs(exponent)));
  return text;
}

namespace detail {

namespace {

void append(std::string& text, Kind kind, const Argument& argument) {
  switch (kind) {
    case Kind::natural:
      append_natural(text, argument.number);
      break;
    case Kind::integer: {
      const auto number = static_cast<std::int64_t>(argument.number);
      if (number < 0) text += '-';
      append_natural(text, number < 0 ? -argument.number : argument.number);
      break;
    }
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
    text.append(format, static_cast<std::size_t>(hole - format));
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
