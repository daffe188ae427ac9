#include "spectrum/passes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstring>
#include <iterator>
#include <limits>
#include <vector>

#include "spectrum/clean.hpp"

using namespace lodestone;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// `count` values from `first` on, cyclically: ordinary ones and all special cases.
std::vector<float> values(std::size_t first, std::size_t count) {
  const float all[] = {1,    -0.3f,  nan,    1e-20f, -0.99e-20f, 1e30f,  -1.01e30f, inf,
                       0.0f, 1e-15f, -1e16f, 7,      -inf,       1e-39f, 2.5f,      -1e-14f};
  std::vector<float> list(count);
  for (std::size_t i = 0; i < count; ++i) list[i] = all[(first + i) % std::size(all)];
  return list;
}

bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("A pass treats each value like the function for a single one, at any position") {
  for (std::size_t first = 0; first < 16; ++first) {
    for (std::size_t count = 0; count < 14; ++count) {
      const auto from = values(first, count), factors = values(first + 5, count);
      std::vector<float> cleaned(count), kept(count), products(count), rounded(count);
      const std::vector<double> wide(from.begin(), from.end()), wide_factors(factors.begin(), factors.end());
      std::vector<double> sums(count, 0.25);
      clean(from, cleaned.data());
      drop_small(from, kept.data());
      multiply(from, factors.data(), products.data());
      multiply_and_round(wide, wide_factors.data(), rounded.data());
      add_products(from, factors.data(), sums.data());
      bool usable = true;
      for (std::size_t i = 0; i < count; ++i) {
        CAPTURE(first, count, i, from[i], factors[i]);
        usable = usable && is_usable(from[i]);
        CHECK(cleaned[i] == usable_or_zero(from[i]));
        if (!std::isnan(from[i])) CHECK(kept[i] == small_to_zero(from[i]));
        CHECK(same_bits(products[i], from[i] * factors[i]));
        const auto product = static_cast<float>(wide[i] * wide_factors[i]);
        if (!std::isnan(product)) CHECK(rounded[i] == small_to_zero(product));
        const double sum = 0.25 + static_cast<double>(from[i] * factors[i]);
        CHECK((sums[i] == sum || (std::isnan(sums[i]) && std::isnan(sum))));
      }
      CHECK(all_usable(from) == usable);
    }
  }
}

TEST_CASE("Magnitudes are the same singly and in a pass, and accurate at all sizes") {
  const float sizes[] = {0, 1e-20f, 3e-18f, 1e-14f, 1e-9f, 1, 3e4f, 1e15f, 1e20f, 9e29f};
  for (std::size_t count = 1; count < 12; ++count) {
    for (const float size : sizes) {
      std::vector<std::complex<float>> bins(count, {0.6f, -0.8f});
      bins[count / 2] = {0.28f * size, 0.96f * size};
      std::vector<float> magnitudes(count);
      take_magnitudes(bins, magnitudes.data());
      for (std::size_t i = 0; i < count; ++i) {
        CAPTURE(size, count, i);
        CHECK(same_bits(magnitudes[i], magnitude(bins[i])));
        const double exact = std::hypot(static_cast<double>(bins[i].real()), static_cast<double>(bins[i].imag()));
        // Three roundings in single precision: 2 ulp. Values below 1e-20 become 0.
        CHECK(std::abs(magnitudes[i] - exact) <= std::max(2.4e-7 * exact, exact < 1.001e-20 ? exact : 0.0));
      }
    }
  }
}
