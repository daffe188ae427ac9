#include "mapping/barycentre.hpp"

#include <catch2/catch.hpp>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

double total(const Array2<float>& mean, std::span<const Sequence> sequences) {
  double cost = 0;
  for (const Sequence& sequence : sequences) cost += warped_distance({mean.all(), mean.cols()}, sequence).value();
  return cost;
}

}  // namespace

TEST_CASE("Warped distance: examples by hand", "[mapping]") {
  const std::vector<float> slow{0, 0, 1, 1, 1, 4}, fast{0, 1, 4}, other{0, 2, 4, 4};
  CHECK(warped_distance({slow, 1}, {fast, 1}).value() == 0);
  CHECK(warped_distance({fast, 1}, {other, 1}).value() == 1);  // 0–0, 1–2, 4–4, 4–4
  const std::vector<float> a{0, 0, 3, 4}, b{0, 0, 0, 0};
  CHECK(warped_distance({a, 2}, {b, 2}).value() == 25);
}

TEST_CASE("Barycentre: examples by hand", "[mapping]") {
  // Both rise and fall, at different times; their mean is between 2 and 4.
  const std::vector<float> early{0, 2, 0, 0, 0}, late{0, 0, 0, 4, 0};
  const Sequence both[] = {{early, 1}, {late, 1}};
  const auto mean = barycentre(both).value();
  const std::vector<float> expected{0, 3, 0, 0, 0};
  CHECK(std::vector<float>(mean.all().begin(), mean.all().end()) == expected);

  const auto alone = barycentre({both, 1}).value();
  CHECK(std::vector<float>(alone.all().begin(), alone.all().end()) == early);
}

TEST_CASE("Barycentre: rounds of averaging never raise the cost", "[mapping]") {
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::vector<float>> walks(4);
    std::vector<Sequence> sequences;
    for (auto& walk : walks) {
      float x = 0, y = 0;
      for (std::uint32_t i = 10 + random.below(20); i > 0; --i) {
        x += random.uniform() - 0.4f;
        y += random.uniform() - 0.5f;
        walk.insert(walk.end(), {x, y});
      }
      sequences.push_back({walk, 2});
    }
    double before = total(barycentre(sequences, 0).value(), sequences);
    const double start = before;
    for (int rounds = 1; rounds <= 10; ++rounds) {
      const double cost = total(barycentre(sequences, rounds).value(), sequences);
      CHECK(cost <= before * (1 + 1e-6));  // the mean is rounded to single precision
      before = cost;
    }
    CHECK(before < 0.9 * start);
  }
}
