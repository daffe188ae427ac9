#include "network/half.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lodestone/model.hpp"

using namespace lodestone;

namespace {

Half from_bits(int bits) {
  Half half;
  half.bits = static_cast<std::uint16_t>(bits);
  return half;
}

/// The definition of binary16.
double value_of(int bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

}  // namespace

TEST_CASE("Every finite float16 survives conversion to float and back") {
  for (int bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7c00) == 0x7c00) continue;
    const float value = from_bits(bits);
    REQUIRE(double{value} == value_of(bits));
    REQUIRE(Half(value).bits == bits);
  }
}

TEST_CASE("Floats between two float16 round to the nearer one, ties to even") {
  for (int bits = 0; bits < 0x7bff; ++bits) {
    const auto middle = static_cast<float>((value_of(bits) + value_of(bits + 1)) / 2);  // exact: 12 bits
    REQUIRE(Half(middle).bits == bits + (bits & 1));
    REQUIRE(Half(std::nextafter(middle, 0.0f)).bits == bits);
    REQUIRE(Half(std::nextafter(middle, 1e6f)).bits == bits + 1);
    REQUIRE(Half(-middle).bits == (0x8000 | (bits + (bits & 1))));
  }
}

TEST_CASE("float16 has infinities and NaN") {
  CHECK(Half(65519.99f).bits == 0x7bff);
  CHECK(Half(65520.0f).bits == 0x7c00);
  CHECK(Half(-1e30f).bits == 0xfc00);
  CHECK(std::isinf(float{from_bits(0x7c00)}));
  CHECK(std::isnan(float{from_bits(0x7c01)}));
  CHECK(std::isnan(float{Half(std::numeric_limits<float>::quiet_NaN())}));
  CHECK(std::signbit(float{Half(-0.0f)}));
  CHECK(Half(1e-30f).bits == 0);
}

TEST_CASE("Impulses are rounded unless one is too large for float16") {
  std::vector<float> values{0.1f, 59999.0f, 1e-9f};
  REQUIRE(round_to_half(values));
  CHECK(values == std::vector<float>{0.0999755859375f, 60000.0f, 0.0f});
  for (const float large :
       {60001.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> kept{0.1f, large};
    CHECK_FALSE(round_to_half(kept));
    CHECK(kept[0] == 0.1f);
  }
}
