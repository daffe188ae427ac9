#pragma once

#include <cmath>

/// Elementary functions in double precision without tables. The C library's take 10 KB compressed, a seventh of the
/// page's module, for a last bit and a speed that nothing here needs: they only compute thresholds, windows and texts.
namespace lodestone::small {

/// exp(x), to within 4e-16 of its value.
inline double exp(double x) {
  if (!(x < 710)) return x * INFINITY;  // also NaN
  if (x < -746) return 0;
  // x = k·ln 2 + r with |r| ≤ ln 2 / 2; the first part of ln 2 has zeros at its end, so that its product is exact.
  const double k = std::nearbyint(x * 1.4426950408889634);
  const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  double sum = 1;
  for (int n = 13; n > 0; --n) sum = 1 + sum * r / n;
  return std::ldexp(sum, static_cast<int>(k));
}

/// ln(x), to within 4e-16 of its value or of 1.
inline double log(double x) {
  if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
  if (x == INFINITY) return x;
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  // ln m = 2 artanh s
  const double s = (m - 1) / (m + 1);
  double sum = 0;
  for (int n = 21; n > 0; n -= 2) sum = sum * s * s + 1.0 / n;
  return exponent * 0x1.62e42feep-1 + (exponent * 0x1.a39ef35793c76p-33 + 2 * s * sum);
}

inline double log2(double x) { return log(x) * 1.4426950408889634; }

/// x to the power of y for x ≥ 0, to within 6e-16 of its value (times |y·ln x| if that is above 1); NaN for a negative
/// x.
inline double pow(double x, double y) {
  if (y == 0) return 1;
  return exp(y * log(x));
}

/// x − n·π/2 in two parts, high and low, for |x| below 2^20; returns n.
inline int reduce_by_half_pi(double x, double* parts) {
  const double n = std::nearbyint(x * 0x1.45f306dc9c883p-1);
  // π/2 in three parts; the products with the first two are exact.
  const double first = x - n * 0x1.921fb544p+0;
  const double second = n * 0x1.0b4611a6p-34;
  const double high = first - second;
  const double low = ((first - high) - second) - n * 0x1.3198a2e037073p-69;
  parts[0] = high + low;
  parts[1] = (high - parts[0]) + low;
  return static_cast<int>(n);
}

/// The same with the result in one part, for single-precision arguments.
inline int reduce_by_half_pi(float x, double* part) {
  double parts[2];
  const int n = reduce_by_half_pi(static_cast<double>(x), parts);
  *part = parts[0];
  return n;
}

}  // namespace lodestone::small
