#include "mapping/spring.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

using Values = std::vector<float>;

/// Small whole numbers: their costs are exact.
Values numbers(Random& random, std::size_t count) {
  Values values(count);
  for (float& value : values) value = static_cast<float>(random.below(5));
  return values;
}

/// Plain dynamic time warping in double precision.
double warped(std::span<const float> a, std::span<const float> b) {
  std::vector<std::vector<double>> costs(a.size() + 1, std::vector<double>(b.size() + 1, 1e300));
  costs[0][0] = 0;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const double difference = static_cast<double>(a[i - 1]) - static_cast<double>(b[j - 1]);
      costs[i][j] = difference * difference + std::min({costs[i - 1][j], costs[i][j - 1], costs[i - 1][j - 1]});
    }
  }
  return costs[a.size()][b.size()];
}

std::span<const float> part(const Values& values, std::size_t first, std::size_t last) {
  return std::span(values).subspan(first, last - first + 1);
}

/// The least cost of aligning `sequence` with a stretch of the stream that ends at `last`.
double least_warped(const Values& stream, std::size_t last, std::span<const float> sequence) {
  double least = 1e300;
  for (std::size_t first = 0; first <= last; ++first)
    least = std::min(least, warped(part(stream, first, last), sequence));
  return least;
}

}  // namespace

TEST_CASE("SPRING: costs and beginnings of all alignments are those of plain DTW", "[mapping]") {
  Random random(1);
  for (int trial = 0; trial < 20; ++trial) {
    const Values sequence = numbers(random, 1 + random.below(6)), stream = numbers(random, 25);
    Spring spring = Spring::create({sequence, 1}).value();
    spring.set_threshold(-1);  // so that nothing is a match
    for (std::size_t now = 0; now < stream.size(); ++now) {
      spring.push(part(stream, now, now));
      for (std::size_t rows = 1; rows <= sequence.size(); ++rows) {
        const auto beginning = part(sequence, 0, rows - 1);
        CHECK(spring.cost(rows) == least_warped(stream, now, beginning));
        CHECK(spring.cost(rows) == warped(part(stream, spring.first(rows), now), beginning));
      }
    }
  }
}

TEST_CASE("SPRING: a match is the best of those that overlap it", "[mapping]") {
  Random random(2);
  int matches = 0;
  for (int trial = 0; trial < 50; ++trial) {
    const Values sequence = numbers(random, 5), stream = numbers(random, 40);
    Spring spring = Spring::create({sequence, 1}).value();
    spring.set_threshold(6);
    std::size_t now = 0;
    std::vector<std::uint32_t> firsts;
    for (; now < stream.size() && !spring.is_decided(); ++now) {
      spring.push(part(stream, now, now));
      firsts.push_back(spring.first(sequence.size()));
    }
    if (!spring.is_decided()) continue;
    ++matches;
    const Match match = spring.best();
    CHECK(match.cost <= 6);
    CHECK(match.cost == warped(part(stream, match.first, match.last), sequence));
    for (std::size_t last = 0; last < now; ++last) {
      if (firsts[last] <= match.last) CHECK(least_warped(stream, last, sequence) >= match.cost);
    }
  }
  CHECK(matches > 20);
}

TEST_CASE("SPRING finds every copy of a sequence, slow and fast ones too", "[mapping]") {
  const Values sequence{1, 5, 9, 4, 2}, slow{1, 1, 5, 5, 5, 9, 9, 4, 2, 2}, far(7, 100);
  Values stream;
  std::vector<Match> expected, found;
  for (const Values& copy : {sequence, slow, sequence}) {
    stream.insert(stream.end(), far.begin(), far.end());
    const auto first = static_cast<std::uint32_t>(stream.size());
    stream.insert(stream.end(), copy.begin(), copy.end());
    expected.push_back({0, first, static_cast<std::uint32_t>(stream.size() - 1)});
  }
  stream.insert(stream.end(), far.begin(), far.end());
  Spring spring = Spring::create({sequence, 1}).value();
  spring.set_threshold(3);
  for (int repeat = 0; repeat < 2; ++repeat) {
    found.clear();
    for (std::size_t now = 0; now < stream.size(); ++now) {
      spring.push(part(stream, now, now));
      if (!spring.is_decided()) continue;
      found.push_back(spring.best());
      spring.forget(spring.best().last);
    }
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].cost == 0);
      // The first and the last number of the slow copy may be paired once or twice.
      CHECK(found[i].first - expected[i].first <= (i == 1));
      CHECK(expected[i].last - found[i].last <= (i == 1));
    }
    spring.reset();
  }
}
