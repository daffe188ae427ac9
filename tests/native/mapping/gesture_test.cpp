#include "mapping/gesture.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "mapping/spotting.hpp"
#include "mapping/tamper.hpp"
#include "mapping/taught.hpp"

using namespace lodestone;

namespace {

/// Takes of every kind of movement.
Taught taught_movements(Movement& hand, int each, const MappingConfig& config) {
  std::vector<std::vector<float>> takes;
  std::vector<int> labels;
  for (std::uint32_t kind = 0; kind < Movement::kinds; ++kind) {
    for (int i = 0; i < each; ++i) {
      takes.push_back(hand.take(kind));
      labels.push_back(static_cast<int>(kind));
    }
  }
  Taught learner(takes, labels, Movement::inputs, Movement::kinds);
  learner.standardise();
  learner.learn(make_gesture_fit(config));
  return learner;
}

/// From left to right, at a height.
std::vector<float> way(float height) {
  std::vector<float> rows;
  for (int i = 0; i < 100; ++i) rows.insert(rows.end(), {0.03f * static_cast<float>(i), height});
  return rows;
}

/// Label 0: from left to right; label 1: upwards.
Taught two_ways() {
  std::vector<std::vector<float>> takes{way(0), way(0.05f)};
  for (const auto& take : {way(0), way(0.05f)}) {
    takes.push_back(take);
    for (std::size_t i = 0; i < take.size(); i += 2) std::swap(takes.back()[i], takes.back()[i + 1]);
  }
  Taught learner(takes, {0, 0, 1, 1}, 2, 2);
  learner.learn(make_gesture_fit({}));
  return learner;
}

}  // namespace

TEST_CASE("Gestures: five kinds among random movement are spotted", "[mapping]") {
  const auto [average, takes] = GENERATE(table<bool, int>({{false, 1}, {false, 5}, {true, 5}}));
  MappingConfig config;
  config.average = average;
  Spotting found;
  for (std::uint32_t seed = 0; seed < 10; ++seed) spot(found, seed, takes, config);
  CAPTURE(average, takes, found.right, found.reports);
  CHECK(found.f1() >= 0.95);
  CHECK(found.decided_quantile(0.9) <= 0.6);
}

TEST_CASE("Gestures: progress and speed follow a gesture under way", "[mapping]") {
  Taught learner = two_ways();
  const int speed = GENERATE(1, 2);
  int reports = 0;
  for (int i = 0; i < 20; ++i) learner.run(std::vector{-3.0f, -3.0f});  // elsewhere
  CHECK(learner.states[0].progress == 0);
  for (int i = 0; i < 100; i += speed) {
    reports += learner.run(std::vector{0.03f * static_cast<float>(i), 0.0f}) >= 0;
    if (i < 40 || i > 94) continue;
    CHECK(learner.states[0].progress == Approx((i + 1) / 100.0).margin(0.04));  // what comes next costs little
    CHECK(learner.states[0].speed == Approx(speed).margin(0.1));
    CHECK(learner.states[0].likelihood > 0.9);
    CHECK(learner.states[1].progress < 0.2);
  }
  for (int i = 0; i < 20; ++i) {
    const int label = learner.run(std::vector{-3.0f, -3.0f});
    if (label < 0) continue;
    ++reports;
    CHECK(label == 0);
    CHECK(learner.confidence > 0.9);
  }
  CHECK(reports == 1);
  CHECK(learner.states[0].progress == 0);
}

TEST_CASE("Gestures: two labels at once are reported once, as the likelier", "[mapping]") {
  // Two labels of nearly the same way; the movement is that of the second.
  Taught learner({way(0.0f), way(0.02f), way(0.1f), way(0.12f)}, {0, 0, 1, 1}, 2, 2);
  learner.learn(make_gesture_fit({}));
  std::fill(learner.tolerances.begin(), learner.tolerances.end(), 10.0f);
  std::vector<int> reports;
  const auto run = [&](const std::vector<float>& rows) {
    for (std::size_t i = 0; i < rows.size(); i += 2) {
      const int label = learner.run({&rows[i], 2});
      if (label >= 0) reports.push_back(label);
    }
  };
  const std::vector<float> elsewhere(40, -3.0f);
  run(elsewhere);
  run(way(0.11f));
  run(elsewhere);
  CHECK(reports == std::vector{1});
}

TEST_CASE("Gestures: the tolerance decides how different they may be", "[mapping]") {
  const std::vector<float> elsewhere(40, -3.0f);
  const auto found = [&](float tolerance, float offset) {
    Taught learner = two_ways();
    std::fill(learner.tolerances.begin(), learner.tolerances.end(), tolerance);
    int reports = 0;
    for (const auto& rows : {elsewhere, way(offset), elsewhere}) {
      for (std::size_t i = 0; i < rows.size(); i += 2) reports += learner.run({&rows[i], 2}) >= 0;
    }
    return reports;
  };
  CHECK(found(1, 0.02f) == 1);
  CHECK(found(1, 0.4f) == 0);
  CHECK(found(10, 0.4f) == 1);
  CHECK(found(0.01f, 0.02f) == 0);
}

TEST_CASE("Gestures run without allocating, the same with subnormals flushed, never NaN", "[mapping]") {
  Movement hand(1);
  Taught learner = taught_movements(hand, 3, {});
  std::vector<Movement::Truth> truths;
  auto rows = hand.stream(5, truths);
  learner.standardise(rows);
  rows.insert(rows.end(), {8, 8, -8, -8, 1e-30f, 1e-40f, 0, 0});
  rows.insert(rows.end(), 4000, 1e-39f);  // stands still: the speed falls
  const auto run = [&] {
    std::vector<float> results;
    results.reserve(rows.size() * 8);
    learner.part->reset();
    std::fill(learner.states.begin(), learner.states.end(), LabelState{});
    const auto before = allocations();
    for (std::size_t i = 0; i < rows.size(); i += 2) {
      results.push_back(static_cast<float>(learner.run({&rows[i], 2})));
      for (const auto& state : learner.states) {
        results.insert(results.end(), {state.progress, state.likelihood, state.speed});
      }
    }
    CHECK(allocations() == before);
    return results;
  };
  const auto plain = run();
  CHECK(std::all_of(plain.begin(), plain.end(), [](float value) { return value >= -1 && value <= 100; }));
  const FlushToZero flush;
  CHECK(run() == plain);
}

TEST_CASE("Gestures refuse damaged values", "[mapping]") {
  const MappingShape shape = two_ways().set.shape();
  CHECK_FALSE(two_ways().part->prepare(shape));
  for (const char* name : {"sequences", "lengths", "labels", "allowances"}) {
    Taught learner = two_ways();
    Tamper tamper(name);
    learner.part->archive(tamper);
    INFO(name);
    CHECK(learner.part->prepare(shape));
  }
  CHECK(two_ways().part->prepare({3, 0, 2}));
  CHECK(two_ways().part->prepare({2, 0, 1}));
}
