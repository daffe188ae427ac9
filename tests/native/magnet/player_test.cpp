#include "lodestone/player.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

/// With hops of 192 samples, which are spread.
Model spread_model() { return small_model({.size = 768, .hop = 192, .sample_rate = 8000}); }

float noise_at(std::size_t i) { return static_cast<float>(Random(static_cast<std::uint32_t>(i)).uniform() - 0.5); }

std::vector<float> noise(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = noise_at(i);
  return samples;
}

std::vector<float> play(Player& player, std::size_t count, std::size_t block, std::span<const float> input = {}) {
  std::vector<float> sound(count);
  const std::uint64_t before = allocations();
  for (std::size_t at = 0; at < count; at += block) {
    const std::size_t length = std::min(block, count - at);
    player.process(input.empty() ? input : input.subspan(at, length), std::span(sound).subspan(at, length));
  }
  CHECK(allocations() == before);
  return sound;
}

double peak(std::span<const float> sound) {
  double largest = 0;
  for (const float sample : sound) largest = std::max(largest, std::abs(double{sample}));
  return largest;
}

/// Every control away from its default.
void turn_all_knobs(Player& player) {
  player.controls() = {
      {.position = 0.3f, .pull = 0.2f, .speed = 0.7f, .randomness = 0.1f, .temperature = 0.3f, .drive = 0.4f},
      3.5f,
      -2,
      0.3f};
}

}  // namespace

TEST_CASE("Blocks of any length give the same sound, without taking memory") {
  const auto input = noise(10000);
  for (const Model& model : {small_model(), spread_model()}) {
    for (const PlayerConfig& config : {PlayerConfig{.phase = {.look_ahead = 2}}, PlayerConfig{.mode = Mode::stateful},
                                       PlayerConfig{.phase = {.method = PhaseMethod::spsi}, .spread = false},
                                       PlayerConfig{.sample_rate = 11025}, PlayerConfig{.sample_rate = 192000}}) {
      if (config.sample_rate != 0 && model.stft.sample_rate < 8000) continue;  // no rate to resample
      const auto sound = [&](std::size_t block) {
        Player player = Player::create(model, config).value();
        turn_all_knobs(player);
        return play(player, input.size(), block, input);
      };
      const auto expected = sound(input.size());
      CHECK(peak(expected) > 0);
      for (const std::size_t block : {1, 7, 64, 128, 300, 4096}) CHECK(sound(block) == expected);
    }
  }
}

TEST_CASE("Spreading changes no sample, it only comes a hop later") {
  const Model model = spread_model();
  Player spread = Player::create(model, {}).value(), due = Player::create(model, {.spread = false}).value();
  auto expected = play(due, 5000, 128);
  expected.insert(expected.begin(), 192, 0.0f);
  expected.resize(5000);
  CHECK(play(spread, 5000, 128) == expected);
}

TEST_CASE("Flushing subnormals to zero changes no bit of a player") {
  Model model = spread_model();
  const bool tiny = GENERATE(false, true);
  if (tiny) {
    for (float& value : model.impulses.all()) value *= 1e-19f;
  }
  const auto sound = [&] {
    Player player = Player::create(model, {.sample_rate = 11025}).value();
    turn_all_knobs(player);
    auto input = noise(8000);
    for (std::size_t i = 2000; i < input.size(); ++i) input[i] *= std::exp2(-static_cast<float>(i) / 40);
    return play(player, 8000, 128, input);
  };
  const auto kept = sound();
  const FlushToZero flush;
  CHECK(sound() == kept);
}

TEST_CASE("The sound fades in with the first window") {
  Model model = small_model();
  model.stft.window_size = GENERATE(0, 32);
  Player player = Player::create(model, {}).value();
  const auto sound = play(player, 1600, 1600);
  CHECK(peak(std::span(sound).first(4)) < 0.1 * peak(sound));
  CHECK(peak(std::span(sound).first(64)) > 0.1 * peak(sound));
}

TEST_CASE("The level of a dream does not depend on the window and framing of the model") {
  // Each frame of the dream is the same constant spectrum: what comes out is its inverse, whatever the framing.
  const auto loudness = [](Framing framing, Window window) {
    Model model = small_model();
    model.stft.framing = framing;
    model.stft.window = window;
    Player player = Player::create(model, {.seed = 4, .phase = {.method = PhaseMethod::spsi}}).value();
    play(player, 64, 64);
    const auto sound = play(player, 1600, 1600);
    double live = 0, whole = 0;
    for (const float sample : sound) live += sample * sample;
    PhaseConfig phase;
    phase_preset("spsi", phase);
    const auto generated = generate(model, {.seed = 4}, phase, 1.0).value();
    for (const float sample : generated) whole += sample * sample;
    return std::pair(std::sqrt(live / 1600), std::sqrt(whole / 1600));
  };
  const auto [plain_live, plain_whole] = loudness(Framing::centered, Window::sqrt_hann);
  const auto [lws_live, lws_whole] = loudness(Framing::lws, Window::sqrt_hann);
  CHECK(plain_live / plain_whole == Approx(1).epsilon(0.1));
  CHECK(lws_live / lws_whole == Approx(1).epsilon(0.1));
  // The normalised window is smaller by sqrt(Σw²) = sqrt(64 / 2 / 16), so the same magnitudes mean more sound.
  CHECK(lws_live / plain_live == Approx(std::sqrt(2.0)).epsilon(0.1));
}

TEST_CASE("A hop without overlap has no sound and is refused") {
  Model model = small_model();
  model.stft.hop = 64;
  const auto player = Player::create(model, {});
  REQUIRE(!player);
  CHECK(player.error().message.find("hop") != std::string::npos);
  CHECK(player.error().message.find("window") != std::string::npos);
}
