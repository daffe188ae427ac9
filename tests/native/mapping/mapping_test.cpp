#include "lodestone/mapping.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

constexpr float absent = std::numeric_limits<float>::quiet_NaN();

Array2<float> matrix_of(std::size_t rows, std::size_t cols, auto value) {
  auto array = Array2<float>::create(rows, cols).value();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) array(r, c) = value(r, c);
  }
  return array;
}

/// Inputs x (0 to 1000), y (constant) and z (0 to 0.001); pitch (200 to 800) follows x, cutoff z.
Examples unlike_scales(std::size_t rows = 60) {
  Examples examples({{"x", "y", "z"}, {{"pitch", 200, 800}, {"cutoff"}}});
  Random random(9);
  auto inputs = matrix_of(rows, 3, [&](std::size_t, std::size_t c) {
    return c == 1 ? 7.0f : random.uniform() * (c == 0 ? 1000.0f : 0.001f);
  });
  auto targets = matrix_of(rows, 2, [&](std::size_t r, std::size_t c) {
    return c == 0 ? 200 + 0.6f * inputs(r, 0) : 1000 * inputs(r, 2) * 1000 * inputs(r, 2);
  });
  REQUIRE(examples.add({std::move(inputs), std::move(targets), -1, 1}));
  return examples;
}

MappingModel train(const Examples& examples, MappingSettings settings = {}) {
  MappingTrainer trainer(std::move(settings));
  REQUIRE_FALSE(trainer.begin(examples));
  while (trainer.step()) continue;
  CHECK(trainer.progress() == 1);
  return trainer.model().value();
}

std::string training_refusal(const Examples& examples, MappingSettings settings = {}) {
  MappingTrainer trainer(std::move(settings));
  const auto error = trainer.begin(examples);
  return error ? error->message : "";
}

bool all_within(const Mapping& mapping) {
  bool fine = true;
  for (std::size_t o = 0; o < mapping.outputs().size(); ++o) {
    const auto& [name, low, high] = mapping.names().outputs[o];
    fine &= mapping.outputs()[o] >= static_cast<float>(low) && mapping.outputs()[o] <= static_cast<float>(high);
    fine &= mapping.confidences()[o] >= 0 && mapping.confidences()[o] <= 1;
  }
  return fine;
}

}  // namespace

TEST_CASE("Each model learns outputs of unlike ranges from inputs of unlike scales, one of them constant",
          "[mapping]") {
  const auto [model, error] = GENERATE(std::pair(Regression::kernel, 0.01), std::pair(Regression::mlp, 0.05),
                                       std::pair(Regression::linear, 0.01));
  MappingSettings settings;
  settings.config.model = model;
  settings.config.degree = 2;
  const Examples examples = unlike_scales();
  const MappingModel trained = train(examples, settings);
  for (const OutputReport& report : trained.reports()) {
    CHECK(report.error < error);
    CHECK(report.rows == 60);
  }
  Mapping mapping(trained.clone().value());
  const float inputs[] = {300, 7, 0.0004f};
  mapping.run(inputs);
  CHECK(mapping.outputs()[0] == Approx(380).margin(600 * 2 * error));
  CHECK(mapping.outputs()[1] == Approx(0.16).margin(2 * error));
}

TEST_CASE("An output can choose its own model and inputs", "[mapping]") {
  MappingSettings settings;
  settings.outputs = {{Regression::linear, {0}}, {Regression::kernel, {1, 2}}};
  Mapping mapping(train(unlike_scales(), settings));
  const float first[] = {300, 7, 0.0004f}, second[] = {300, 7, 0.0009f};
  mapping.run(first);
  const float pitch = mapping.outputs()[0], cutoff = mapping.outputs()[1];
  CHECK(pitch == Approx(380).margin(1));
  mapping.run(second);
  CHECK(mapping.outputs()[0] == pitch);
  CHECK(mapping.outputs()[1] > cutoff + 0.5f);
}

TEST_CASE("Choices that do not fit are refused", "[mapping]") {
  const Examples examples = unlike_scales();
  MappingSettings settings;
  settings.outputs = {{}};
  CHECK(training_refusal(examples, settings) == "there are choices for 1 outputs; expected 2");
  settings.outputs = {{Regression::kernel, {3}}, {}};
  CHECK(training_refusal(examples, settings) == "an output reads the input 3; allowed: ascending, below 3");
  settings.outputs = {};
  settings.config.layers = {8, 8, 8};
  CHECK(training_refusal(examples, settings) == "there are 3 layers; allowed: 1 or 2");
  settings.config.layers = {300};
  CHECK(training_refusal(examples, settings) == "layers is 300; allowed: 1 to 256 units");
}

TEST_CASE("A mapping runs without allocating, and the same with subnormals flushed", "[mapping]") {
  const auto model = GENERATE(Regression::kernel, Regression::mlp, Regression::linear);
  MappingSettings settings;
  settings.config.model = model;
  settings.config.epochs = 30;
  const Examples examples = unlike_scales();
  const MappingModel plain = train(examples, settings);
  std::optional<MappingModel> flushed;
  {
    const FlushToZero flush;
    flushed = train(examples, settings);
  }
  Mapping a(plain.clone().value()), b(std::move(*flushed));
  Random random(2);
  for (int i = 0; i < 200; ++i) {
    const float far = i % 10 == 0 ? 1e6f : 1;
    const float inputs[] = {random.uniform() * 1000 * far, i % 7 == 0 ? absent : 7, random.uniform() * 1e-3f * far};
    const auto before = allocations();
    a.run(inputs);
    REQUIRE(allocations() == before);
    const FlushToZero flush;
    b.run(inputs);
    REQUIRE(std::equal(a.outputs().begin(), a.outputs().end(), b.outputs().begin()));
    REQUIRE(std::equal(a.confidences().begin(), a.confidences().end(), b.confidences().begin()));
    REQUIRE(all_within(a));
  }
}

TEST_CASE("The same seed and examples give the same bytes, whatever the slices", "[mapping]") {
  const Examples examples = unlike_scales();
  MappingSettings settings;
  settings.outputs = {{Regression::mlp, {}}, {Regression::kernel, {}}};
  settings.config.epochs = 50;
  MappingTrainer trainer(settings);
  REQUIRE_FALSE(trainer.begin(examples));
  CHECK_FALSE(trainer.model());
  while (trainer.step({1})) continue;
  const auto sliced = trainer.model().value().bytes().value();
  const auto whole = train(examples, settings).bytes().value();
  REQUIRE(sliced.size() == whole.size());
  CHECK(std::equal(sliced.begin(), sliced.end(), whole.begin()));
}

TEST_CASE("Inputs that are missing keep their last values", "[mapping]") {
  Mapping mapping(train(unlike_scales()));
  const float known[] = {300, 7, 0.0004f}, lost[] = {absent, std::numeric_limits<float>::infinity(), absent};
  mapping.run(lost);  // the mean of the examples
  CHECK(all_within(mapping));
  mapping.run(known);
  const std::vector<float> outputs(mapping.outputs().begin(), mapping.outputs().end());
  mapping.run(lost);
  CHECK(std::equal(outputs.begin(), outputs.end(), mapping.outputs().begin()));
  mapping.reset();
  CHECK(mapping.outputs()[0] == 500);
}

TEST_CASE("Confidence falls outside the examples", "[mapping]") {
  const auto model = GENERATE(Regression::kernel, Regression::mlp, Regression::linear);
  MappingSettings settings;
  settings.config.model = model;
  settings.config.epochs = 10;
  Mapping mapping = Mapping::create(train(unlike_scales(), settings), false).value();
  const auto confidence_at = [&](float x) {
    const float inputs[] = {x, 7, 0.0005f};
    mapping.run(inputs);
    return mapping.confidences()[0];
  };
  CHECK(confidence_at(500) > 0.9f);
  CHECK(confidence_at(1300) < 0.6f);
  CHECK(confidence_at(3000) < confidence_at(1300));
  CHECK(confidence_at(1e30f) < 1e-3f);
  const float elsewhere[] = {500, 1e30f, 0.0005f};  // a constant input counts as nothing
  mapping.run(elsewhere);
  CHECK(mapping.confidences()[0] > 0.9f);
}

TEST_CASE("Whatever the examples, results are numbers within their ranges", "[mapping]") {
  const auto model = GENERATE(Regression::kernel, Regression::mlp, Regression::linear);
  MappingSettings settings;
  settings.config.model = model;
  settings.config.epochs = 30;
  const auto check = [&](std::size_t rows, std::size_t inputs, auto input, auto target) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < inputs; ++i) names.push_back("in" + std::to_string(i));
    Examples examples({names, {{"out"}}}, {20000});
    REQUIRE(examples.add({matrix_of(rows, inputs, input), matrix_of(rows, 1, target), -1, 1}));
    Mapping mapping(train(examples, settings));
    for (const float value : {0.0f, 1.0f, -1e30f, 1e-30f, 3e38f, absent}) {
      const std::vector<float> live(inputs, value);
      mapping.run(live);
      REQUIRE(all_within(mapping));
    }
  };
  Random random(1);
  const auto any = [&](std::size_t, std::size_t) { return random.uniform(); };
  const auto same = [](std::size_t, std::size_t) { return 0.3f; };
  SECTION("one example") { check(1, 2, any, any); }
  SECTION("two examples") { check(2, 2, any, any); }
  SECTION("identical examples with different targets") { check(20, 2, same, any); }
  SECTION("constant targets") { check(20, 2, any, same); }
  SECTION("huge inputs") {
    check(
        30, 2, [&](auto, auto) { return random.uniform() * 1e30f; }, any);
  }
  SECTION("the largest inputs") {
    check(
        30, 2, [&](auto, auto) { return random.uniform() * 3e38f; }, any);
  }
  SECTION("tiny inputs") {
    check(
        30, 2, [&](auto, auto) { return random.uniform() * 1e-30f; }, any);
  }
  SECTION("subnormal inputs") {
    check(
        30, 2, [&](auto, auto) { return random.uniform() * 1e-40f; }, any);
  }
  SECTION("many inputs") { check(20, 1024, any, any); }
  SECTION("many rows") {
    settings.config.epochs = 2;
    check(10000, 2, any, any);
  }
}

TEST_CASE("What cannot be learned is refused; the examples stay", "[mapping]") {
  Examples examples({{"x"}, {{"out"}}});
  CHECK(training_refusal(examples) == "there are no examples to learn from");
  REQUIRE(
      examples.add({matrix_of(2, 1, [](auto...) { return 1.0f; }), matrix_of(1, 1, [](auto...) { return absent; })}));
  CHECK(training_refusal(examples) == "there are no examples to learn from");
  REQUIRE(examples.add({matrix_of(2, 1, [](auto...) { return 1.0f; }), matrix_of(1, 1, [](auto...) { return 0.2f; })}));
  CHECK(training_refusal(examples) == "");
  REQUIRE_FALSE(examples.weigh(1, 0));
  CHECK(training_refusal(examples) == "there are no examples to learn from");
  CHECK(examples.takes() == 2);
}

TEST_CASE("An output that no take teaches stays in the middle of its range", "[mapping]") {
  Examples examples({{"x"}, {{"taught"}, {"mute", -10, 10}}});
  const auto step = [](std::size_t r, std::size_t) { return static_cast<float>(r); };
  REQUIRE(
      examples.add({matrix_of(3, 1, step), matrix_of(1, 2, [](auto, std::size_t c) { return c == 0 ? 1 : absent; })}));
  const MappingModel model = train(examples);
  CHECK(model.reports()[0].rows == 3);
  CHECK(model.reports()[1].rows == 0);
  Mapping mapping(model.clone().value());
  const float input = 1;
  mapping.run({&input, 1});
  CHECK(mapping.outputs()[0] == Approx(1));
  CHECK(mapping.outputs()[1] == 0);
  CHECK(mapping.confidences()[1] == 0);
}

TEST_CASE("A take of greater weight decides", "[mapping]") {
  const auto model = GENERATE(Regression::kernel, Regression::mlp, Regression::linear);
  Examples examples({{"x"}, {{"out"}}});
  for (const float target : {0.0f, 1.0f}) {
    REQUIRE(examples.add({matrix_of(10, 1, [](std::size_t r, auto) { return static_cast<float>(r); }),
                          matrix_of(1, 1, [=](auto...) { return target; })}));
  }
  MappingSettings settings;
  settings.config.model = model;
  const float input = 4.5f;
  Mapping even(train(examples, settings));
  even.run({&input, 1});
  CHECK(even.outputs()[0] == Approx(0.5).margin(0.15));
  REQUIRE_FALSE(examples.weigh(1, 9));
  Mapping uneven(train(examples, settings));
  uneven.run({&input, 1});
  CHECK(uneven.outputs()[0] == Approx(0.9).margin(0.08));
}

TEST_CASE("Damaged bytes are refused", "[mapping]") {
  MappingSettings settings;
  settings.outputs = {{Regression::mlp, {}}, {Regression::linear, {}}};
  settings.config.epochs = 2;
  const auto bytes = train(unlike_scales(20), settings).bytes().value();
  const std::span<const std::byte> all{bytes.data(), bytes.size()};
  REQUIRE(MappingModel::from_bytes(all));
  for (std::size_t size = 0; size < all.size(); ++size) REQUIRE_FALSE(MappingModel::from_bytes(all.first(size)));
  auto other = bytes.clone().value();
  other[3] ^= std::byte{1};
  const auto refused = MappingModel::from_bytes({other.data(), other.size()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "these are not the bytes of a mapping of this release");
}
