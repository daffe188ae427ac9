#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "lodestone/mapping.hpp"

using namespace lodestone;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

Array2<float> table(std::size_t cols, const std::vector<float>& values) {
  auto array = Array2<float>::create(values.size() / cols, cols).value();
  std::copy(values.begin(), values.end(), array.data());
  return array;
}

Examples two_inputs(int capacity = 1000) { return Examples({{"x", "y"}, {{"pitch", 0, 1}}}, {capacity}); }

/// A take of so many rows, all with that value.
Take take(std::size_t rows, float value) {
  return {table(2, std::vector<float>(2 * rows, value)), table(1, {value}), -1, 1};
}

std::vector<float> firsts(const Examples& examples) {
  std::vector<float> values;
  for (std::size_t t = 0; t < examples.takes(); ++t) values.push_back(examples.take(t).inputs(0, 0));
  return values;
}

std::string refusal(Examples& examples, Take take) {
  const auto added = examples.add(std::move(take));
  return added ? "" : added.error().message;
}

}  // namespace

TEST_CASE("Any number of changes to examples can be undone and repeated", "[mapping]") {
  Examples examples = two_inputs();
  using List = std::vector<float>;
  CHECK_FALSE(examples.undo());
  for (const float value : {0.1f, 0.2f, 0.3f}) REQUIRE(examples.add(take(2, value)));
  REQUIRE_FALSE(examples.remove(1));
  REQUIRE_FALSE(examples.weigh(1, 4));
  CHECK(firsts(examples) == List{0.1f, 0.3f});
  CHECK(examples.weight(1) == 4);
  examples.clear();
  CHECK(examples.takes() == 0);

  CHECK(examples.undo());
  CHECK(examples.weight(1) == 4);
  CHECK(examples.undo());
  CHECK(examples.weight(1) == 1);
  CHECK(examples.undo());
  CHECK(firsts(examples) == List{0.1f, 0.2f, 0.3f});
  while (examples.undo()) continue;
  CHECK(examples.takes() == 0);
  while (examples.redo()) continue;
  CHECK(examples.takes() == 0);  // cleared in the end
  CHECK(examples.undo());
  CHECK(firsts(examples) == List{0.1f, 0.3f});

  REQUIRE(examples.add(take(1, 0.4f)));
  CHECK_FALSE(examples.redo());  // something else was done
  examples.forget();
  CHECK_FALSE(examples.undo());
  CHECK(examples.takes() == 3);
}

TEST_CASE("Beyond the capacity the oldest takes go, and come back when that is undone", "[mapping]") {
  Examples examples = two_inputs(10);
  for (const float value : {0.1f, 0.2f, 0.3f}) REQUIRE(examples.add(take(3, value)));
  const auto added = examples.add(take(5, 0.4f));
  REQUIRE(added);
  CHECK(added->rows == 5);
  CHECK(added->evicted == 2);
  CHECK(examples.rows() == 8);
  CHECK(examples.undo());
  CHECK(firsts(examples) == std::vector<float>{0.1f, 0.2f, 0.3f});
  CHECK(examples.redo());
  CHECK(firsts(examples) == std::vector<float>{0.3f, 0.4f});
  CHECK(refusal(examples, take(11, 0)) == "a take has 11 rows; allowed: 10, the capacity");
  CHECK(examples.takes() == 2);
}

TEST_CASE("Takes that only old changes refer to are forgotten beyond the capacity", "[mapping]") {
  Examples examples = two_inputs(10);
  for (int i = 0; i < 100; ++i) REQUIRE(examples.add(take(5, static_cast<float>(i))));
  int undone = 0;
  while (examples.undo()) ++undone;
  CHECK(undone >= 2);
  CHECK(undone <= 4);
}

TEST_CASE("Rows with missing inputs are dropped and counted; targets are clamped", "[mapping]") {
  Examples examples = two_inputs();
  const auto infinite = std::numeric_limits<float>::infinity();
  const auto added = examples.add(
      {table(2, {1, 2, missing, 3, 4, infinite, 5, 6, 7, 8}), table(1, {-3, 0, 0, missing, infinite}), -1, 1});
  REQUIRE(added);
  CHECK(added->rows == 3);
  CHECK(added->dropped == 2);
  const Take& kept = examples.take(0);
  CHECK(kept.inputs(1, 0) == 5);
  CHECK(kept.targets(0, 0) == 0);
  CHECK(std::isnan(kept.targets(1, 0)));
  CHECK(std::isnan(kept.targets(2, 0)));
}

TEST_CASE("Takes that do not fit are refused, and change nothing", "[mapping]") {
  Examples examples = two_inputs();
  REQUIRE(examples.label("hit").value() == 0);
  CHECK(examples.label("hit").value() == 0);
  CHECK_FALSE(examples.label(""));
  CHECK(refusal(examples, {table(3, {1, 2, 3}), table(1, {0}), -1, 1}) == "a take has 3 inputs; expected 2");
  CHECK(refusal(examples, {table(2, {1, 2}), table(2, {0, 0}), -1, 1}) == "a take has 2 targets; expected 1");
  CHECK(refusal(examples, {table(2, {1, 2, 3, 4, 5, 6}), table(1, {0, 0}), -1, 1}) ==
        "a take has 2 rows of targets; expected 1 or 3");
  CHECK(refusal(examples, {table(2, {1, 2}), {}, 1, 1}) == "label is 1; allowed: -1 (none) or less than 1");
  CHECK(refusal(examples, {table(2, {1, 2}), {}, -1, 1}) == "a take has neither targets nor a label");
  CHECK(refusal(examples, {table(2, {1, 2}), {}, 0, -1}) == "weight is -1; allowed: 0 to 1000");
  CHECK(refusal(examples, {table(2, {missing, 2}), {}, 0, 1}) == "a take has no row without missing inputs");
  CHECK(refusal(examples, {table(2, {}), {}, 0, 1}) == "a take has no row without missing inputs");
  CHECK(examples.remove(0)->message == "there is no take 0; there are 0");
  CHECK(examples.takes() == 0);
  CHECK_FALSE(examples.undo());
}

TEST_CASE("Names are checked", "[mapping]") {
  const auto message = [](MappingNames names) { return names.check() ? names.check()->message : ""; };
  CHECK(message({{"x"}, {{"a"}, {"b"}}}) == "");
  CHECK(message({{}, {}}) == "there are 0 inputs; allowed: 1 to 1024");
  CHECK(message({std::vector<std::string>(1025, "x"), {}}) == "there are 1025 inputs; allowed: 1 to 1024");
  CHECK(message({{"x", ""}, {}}) == "a name is empty");
  CHECK(message({{"x"}, {{"x"}}}) == "the name \"x\" is there twice");
  CHECK(message({{"x"}, {{"a", 1, 1}}}) == "the range of \"a\" is 1 to 1; allowed: ascending, within ±1e30");
}
