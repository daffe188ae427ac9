#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "lodestone/result.hpp"

/// Sentences for errors. Numbers are written by hand because printf would make the page's module a fifth larger.
namespace lodestone {

inline std::string number_text(std::integral auto value) { return std::to_string(value); }

/// About six significant digits: 44100, 0.25, -1.5, 3e-9, nan.
inline std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (value < 0) return "-" + number_text(-value);
  if (std::isinf(value)) return "inf";
  if (value == 0) return "0";
  int exponent = static_cast<int>(std::floor(std::log10(value)));
  const bool scientific = exponent < -5 || exponent > 14;
  const double mantissa = scientific ? value * std::pow(10.0, -exponent) : value;
  const int decimals = scientific ? 5 : (exponent < 5 ? 5 - exponent : 0);
  auto digits = static_cast<std::uint64_t>(std::llround(mantissa * std::pow(10.0, decimals)));
  std::string fraction;
  for (int i = 0; i < decimals; ++i, digits /= 10) {
    if (fraction.empty() && digits % 10 == 0) continue;  // no zeros at the end
    fraction.insert(fraction.begin(), static_cast<char>('0' + digits % 10));
  }
  std::string text = std::to_string(digits);
  if (!fraction.empty()) text += "." + fraction;
  if (scientific) text += "e" + std::to_string(exponent);
  return text;
}

/// "hop is 0; allowed: 1 to 2048".
inline Error out_of_range(const std::string& field, auto value, const std::string& allowed) {
  return {ErrorCode::invalid_argument, field + " is " + number_text(value) + "; allowed: " + allowed};
}

}  // namespace lodestone
