#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "vector/lanes.hpp"

using namespace lodestone;

TEST_CASE("The logarithm is accurate from the smallest to the largest normal number") {
  double error = 0;
  for (double x = 1.2e-38; x < 3.4e38; x *= 1.00037) {
    const auto value = static_cast<float>(x);
    const Floats<4> got = natural_logarithm(Floats<4>{value, 1, 2, value});
    const double wanted = std::log(static_cast<double>(value));
    error = std::max(error, std::abs(got[0] - wanted) / std::max(std::abs(wanted), 0.15));
    REQUIRE(got[0] == got[3]);
    REQUIRE(got[1] == 0);
    REQUIRE(got[2] == std::log(2.0f));
  }
  CHECK(error < 2e-7);
}
