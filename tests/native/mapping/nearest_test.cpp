#include "mapping/nearest.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "allocations.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/random.hpp"
#include "mapping/tamper.hpp"
#include "mapping/taught.hpp"

using namespace lodestone;

namespace {

Array2<float> vectors(const std::string& name) {
  std::ifstream file(LODESTONE_TEST_DATA "/mapping/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return read_npy(std::as_bytes(std::span(bytes))).value();
}

/// Takes of one class each.
Taught taught(const std::vector<std::vector<float>>& takes, const std::vector<int>& labels, std::size_t inputs,
              std::size_t classes, int neighbours = 5) {
  MappingConfig config;
  config.neighbours = neighbours;
  Taught learner(takes, labels, inputs, classes);
  learner.learn(make_nearest_fit(config));
  return learner;
}

/// Two clouds around −2 and 2, in two takes each.
Taught clouds() {
  Random random(3);
  std::vector<std::vector<float>> takes(4);
  for (std::size_t take = 0; take < takes.size(); ++take) {
    for (int i = 0; i < 100; ++i) takes[take].push_back((take < 2 ? -2.0f : 2.0f) + random.uniform() - 0.5f);
  }
  return taught(takes, {0, 0, 1, 1}, 2, 2);
}

}  // namespace

TEST_CASE("k nearest neighbours are those of scikit-learn", "[mapping]") {
  const auto examples = vectors("nearest-examples.npy"), answers = vectors("nearest-answers.npy");
  const std::size_t inputs = 6, classes = 4;
  std::vector<std::vector<float>> takes;
  std::vector<int> labels;
  for (std::size_t i = 0; i < examples.rows(); ++i) {
    const auto row = examples.row(i);
    takes.emplace_back(row.begin(), row.begin() + inputs);
    labels.push_back(static_cast<int>(row[inputs]));
  }
  Taught learner = taught(takes, labels, inputs, classes);
  std::fill(learner.tolerances.begin(), learner.tolerances.end(), 100.0f);
  for (std::size_t i = 0; i < answers.rows(); ++i) {
    const auto row = answers.row(i);
    CHECK(learner.run(row.first(inputs)) == static_cast<int>(row[inputs + classes]));
    for (std::size_t label = 0; label < classes; ++label) {
      // Distances in single precision, from squares: a few roundings.
      CHECK(learner.states[label].likelihood == Approx(row[inputs + label]).margin(2e-6));
    }
  }
}

TEST_CASE("Nearest: what lies far from all examples is none of them", "[mapping]") {
  Taught learner = clouds();
  CHECK(learner.run(std::vector{-2.0f, -2.0f}) == 0);
  CHECK(learner.confidence == 1);
  CHECK(learner.run(std::vector{2.2f, 1.8f}) == 1);
  for (const auto& far : {std::vector{0.0f, 0.0f}, {8.0f, 8.0f}, {-2.0f, 2.0f}}) {
    CHECK(learner.run(far) == -1);
    CHECK(learner.confidence == 0);
  }
  std::fill(learner.tolerances.begin(), learner.tolerances.end(), 100.0f);
  CHECK(learner.run(std::vector{8.0f, 8.0f}) == 1);
}

TEST_CASE("Nearest: new rows of the same distribution are seldom rejected", "[mapping]") {
  Taught learner = clouds();
  Random random(4);
  int right = 0;
  for (int i = 0; i < 1000; ++i) {
    const float x = 1.5f + random.uniform();
    right += learner.run(std::vector{x, 1.5f + random.uniform()}) == 1;
  }
  CHECK(right >= 970);
}

TEST_CASE("Nearest: takes of a class say how far apart its rows may be", "[mapping]") {
  const std::vector<float> low{0, 0.01f, 0.02f}, high{1, 1.01f, 1.02f};
  CHECK(taught({low, high}, {0, 0}, 1, 1).run(std::vector{0.5f}) == 0);
  std::vector<float> both = low;
  both.insert(both.end(), high.begin(), high.end());
  CHECK(taught({both}, {0}, 1, 1).run(std::vector{0.5f}) == -1);
}

TEST_CASE("Nearest: few, equal and contradicting examples", "[mapping]") {
  Taught one = taught({{0.5f, 0.5f}}, {0}, 2, 1);
  CHECK(one.run(std::vector{-8.0f, 8.0f}) == 0);  // nothing else is known

  Taught two = taught({{0, 0}, {2, 0}}, {0, 1}, 2, 3);
  CHECK(two.run(std::vector{0.9f, 0.0f}) == 0);  // within half the way
  CHECK(two.run(std::vector{-1.1f, 0.0f}) == -1);
  CHECK(two.states[2].likelihood == 0);

  Taught equal = taught({{1, 1}, {1, 1}, {1, 1}}, {0, 1, 1}, 2, 2);
  CHECK(equal.run(std::vector{1.0f, 1.0f}) == 1);
  CHECK(equal.states[0].likelihood == Approx(1.0 / 3));
  CHECK(equal.run(std::vector{1.0f, 1.5f}) == -1);
}

TEST_CASE("Nearest: a take counts by its weight, and one without a label not at all", "[mapping]") {
  MappingConfig config;
  Taught learner({{-1}, {1}, {0}}, {0, 1, -1}, 1, 2);
  learner.set.takes[1].weight = 3;
  learner.learn(make_nearest_fit(config));
  learner.run(std::vector{0.0f});
  CHECK(learner.states[1].likelihood == 0.75f);
}

TEST_CASE("Nearest runs without allocating and never gives NaN", "[mapping]") {
  Taught learner = clouds();
  const auto before = allocations();
  bool finite = true;
  for (const float value : {-8.0f, 8.0f, 0.0f, 1e-30f, 1e-40f}) {
    const float row[] = {value, -value};
    learner.run(row);
    for (const auto& state : learner.states) finite = finite && state.likelihood >= 0 && state.likelihood <= 1;
  }
  CHECK(allocations() == before);
  CHECK(finite);
}

TEST_CASE("Nearest refuses damaged values", "[mapping]") {
  const MappingShape shape = clouds().set.shape();
  CHECK_FALSE(clouds().part->prepare(shape));
  for (const char* name : {"neighbours", "examples", "labels", "weights", "reach"}) {
    Taught learner = clouds();
    Tamper tamper(name);
    learner.part->archive(tamper);
    INFO(name);
    CHECK(learner.part->prepare(shape));
  }
  CHECK(clouds().part->prepare({3, 0, 2}));
  CHECK(clouds().part->prepare({2, 0, 3}));
}
