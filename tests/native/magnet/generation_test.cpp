#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "lodestone/player.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

PhaseConfig preset(std::string_view name) {
  PhaseConfig config;
  REQUIRE(phase_preset(name, config));
  return config;
}

}  // namespace

TEST_CASE("A generated sound has exactly the requested length, is finite and not silent") {
  const Model model = small_model();
  const double seconds = GENERATE(1.0 / 1600, 0.01, 0.77777, 3.0);
  const auto sound = generate(model, {}, preset("fast"), seconds).value();
  REQUIRE(sound.size() == static_cast<std::size_t>(std::lround(seconds * 1600)));
  double energy = 0;
  for (const float sample : sound) {
    REQUIRE(std::isfinite(sample));
    energy += sample * sample;
  }
  if (seconds > 0.001) CHECK(energy > 0);
}

TEST_CASE("The frames of a generated sound are the dream's") {
  const Model model = small_model();
  const DreamConfig dream{.seed = 9, .randomness = 0.1};
  Generation generation = Generation::create(model, dream, preset("spsi"), 2.0).value();
  Dreamer dreamer = Dreamer::create(model, dream).value();
  const std::size_t count = generation.frames().count();
  CHECK(count >= 200);
  while (generation.frames().values(count - 1, 0) == 0 && generation.progress() < 0.29) generation.step().value();
  for (std::size_t row = 0; row < count; ++row) {
    const auto frame = dreamer.process();
    REQUIRE(std::equal(frame.begin(), frame.end(), generation.frames().values.row(row).begin()));
  }
}

TEST_CASE("Progress never decreases and ends at 1") {
  const Model model = small_model();
  Generation generation = Generation::create(model, {}, preset("best"), 2.0).value();
  double last = 0;
  CHECK(generation.progress() == 0);
  while (!generation.step().value()) {
    REQUIRE(generation.progress() >= last);
    REQUIRE(generation.progress() < 1);
    last = generation.progress();
  }
  CHECK(last > 0.5);
  CHECK(generation.progress() == 1);
}

TEST_CASE("The same seed gives the same sound") {
  const Model model = small_model();
  const auto sound = [&](std::uint32_t seed) {
    return generate(model, {.seed = seed, .randomness = 0.2}, preset("best"), 0.5).value();
  };
  const auto first = sound(1), again = sound(1), other = sound(2);
  CHECK(std::equal(first.begin(), first.end(), again.begin()));
  CHECK(!std::equal(first.begin(), first.end(), other.begin()));
}

TEST_CASE("Invalid lengths are refused before any work") {
  const Model model = small_model();
  for (const double seconds : {0.0, -1.0, 1e-9, 1e9, std::nan(""), HUGE_VAL}) {
    const auto result = Generation::create(model, {}, preset("fast"), seconds);
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
    CHECK(result.error().message.substr(0, 8) == "seconds ");
  }
}
