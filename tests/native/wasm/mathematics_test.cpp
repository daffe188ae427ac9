#include "../../../wasm/mathematics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

constexpr int trials = 200000;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Uniform in low .. high, with all 53 bits.
double between(Random& random, double low, double high) {
  const double unit = (random.next() + random.next() * 0x1p-32) * 0x1p-32;
  return low + unit * (high - low);
}

double relative_error(double value, long double exact) {
  return std::abs(static_cast<double>((value - exact) / exact));
}

}  // namespace

// The bounds are those stated in mathematics.hpp; long double is the oracle.

TEST_CASE("exp, log and pow without tables are as accurate as documented") {
  Random random(1);
  double exp_error = 0, log_error = 0, pow_error = 0;
  for (int i = 0; i < trials; ++i) {
    const double x = between(random, -700, 700);
    exp_error = std::max(exp_error, relative_error(small::exp(x), std::exp(static_cast<long double>(x))));
    const double y = std::exp(x);
    const long double logarithm = std::log(static_cast<long double>(y));
    log_error = std::max(log_error, std::abs(static_cast<double>(small::log(y) - logarithm)) /
                                        std::max(1.0, std::abs(static_cast<double>(logarithm))));
    const double base = std::exp(between(random, -10, 10)), power = between(random, -20, 20);
    const double size = std::max(1.0, std::abs(power * std::log(base)));
    pow_error = std::max(
        pow_error, relative_error(small::pow(base, power), std::pow(static_cast<long double>(base), power)) / size);
  }
  CHECK(exp_error < 4e-16);
  CHECK(log_error < 4e-16);
  CHECK(pow_error < 6e-16);
}

TEST_CASE("exp, log and pow at the ends of their ranges") {
  CHECK(small::exp(0) == 1);
  CHECK(small::exp(-infinity) == 0);
  CHECK(small::exp(-745) == std::exp(-745.0));  // the smallest subnormal
  CHECK(small::exp(-1e300) == 0);
  CHECK(small::exp(710) == infinity);
  CHECK(small::exp(infinity) == infinity);
  CHECK(std::isnan(small::exp(NAN)));
  CHECK(small::log(1) == 0);
  CHECK(small::log(0) == -infinity);
  CHECK(small::log(infinity) == infinity);
  CHECK(small::log(5e-324) == Approx(-744.4400719213812).epsilon(1e-15));
  CHECK(std::isnan(small::log(-1)));
  CHECK(std::isnan(small::log(NAN)));
  CHECK(small::log2(8) == Approx(3).epsilon(1e-15));
  CHECK(small::pow(0, 0) == 1);
  CHECK(small::pow(0, 2) == 0);
  CHECK(small::pow(0, -1) == infinity);
  CHECK(small::pow(NAN, 0) == 1);
  CHECK(std::isnan(small::pow(-2, 3)));
}

TEST_CASE("angles are reduced so that sine and cosine keep their precision") {
  Random random(2);
  double error = 0;
  for (int i = 0; i < trials; ++i) {
    const double x = between(random, -0x1p20, 0x1p20);
    double parts[2];
    const int n = small::reduce_by_half_pi(x, parts);
    REQUIRE(std::abs(parts[0]) < std::numbers::pi / 4 + 1e-9);
    const long double r = static_cast<long double>(parts[0]) + parts[1];
    const long double sines[] = {std::sin(r), std::cos(r), -std::sin(r), -std::cos(r)};
    error = std::max(error, std::abs(static_cast<double>(sines[n & 3] - std::sin(static_cast<long double>(x)))));
  }
  CHECK(error < 1e-16);  // half a unit in the last place of 1
}
