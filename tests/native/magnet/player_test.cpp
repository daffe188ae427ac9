#include "lodestone/player.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "allocations.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

PlayerConfig config_of(PhaseMethod method, int look_ahead) {
  PlayerConfig config;
  config.dream = {.seed = 4, .position = 0.3, .randomness = 0.1};
  config.phase.method = method;
  config.phase.look_ahead = look_ahead;
  return config;
}

std::vector<float> play(Player& player, std::size_t count, std::size_t block) {
  std::vector<float> sound(count);
  for (std::size_t at = 0; at < count; at += block) {
    player.process(std::span(sound).subspan(at, std::min(block, count - at)));
  }
  return sound;
}

}  // namespace

TEST_CASE("Blocks of any length give the same sound, without taking memory") {
  const Model model = small_model();
  const PlayerConfig config =
      GENERATE(config_of(PhaseMethod::online, 0), config_of(PhaseMethod::online, 3), config_of(PhaseMethod::spsi, 0));
  Player whole = Player::create(model, config).value();
  const auto expected = play(whole, 4000, 4000);
  for (const std::size_t block : {1, 7, 16, 128, 441}) {
    Player player = Player::create(model, config).value();
    std::vector<float> sound(4000);
    const std::uint64_t before = allocations();
    for (std::size_t at = 0; at < sound.size(); at += block) {
      player.process(std::span(sound).subspan(at, std::min(block, sound.size() - at)));
    }
    CHECK(allocations() == before);
    CHECK(sound == expected);
  }
}

TEST_CASE("Hops in slices are the same sound, hop after hop") {
  const Model model = small_model();
  const PlayerConfig config = config_of(PhaseMethod::online, 2);
  Player whole = Player::create(model, config).value();
  const auto expected = play(whole, 16 * 40, 16 * 40);
  const std::int64_t slice = GENERATE(1, 1000);
  Player player = Player::create(model, config).value();
  for (std::size_t hop = 0; hop < 40; ++hop) {
    player.begin();
    for (Budget budget{slice}; !player.step(budget); budget = {slice}) {
    }
    REQUIRE(player.samples().size() == 16);
    REQUIRE(std::equal(player.samples().begin(), player.samples().end(), expected.begin() + 16 * hop));
  }
}

TEST_CASE("The player is the chain of its parts, from the first sample in full overlap") {
  const Model model = small_model();
  const PlayerConfig config = config_of(PhaseMethod::spsi, 0);
  StftConfig stft = model.stft;
  stft.framing = Framing::none;
  Dreamer dreamer = Dreamer::create(model, config.dream).value();
  PhaseStream phase = PhaseStream::create(stft, config.phase).value();
  InverseStftStream inverse = InverseStftStream::create(stft).value();
  std::vector<float> expected;
  for (int frame = 0; frame < 60; ++frame) {
    const auto samples = inverse.push(phase.process(dreamer.process()));
    expected.insert(expected.end(), samples.begin(), samples.end());
  }
  expected.erase(expected.begin(), expected.begin() + 48);  // window − hop

  Player player = Player::create(model, config).value();
  CHECK(play(player, expected.size(), 100) == expected);
}

TEST_CASE("A short window inside a longer FFT starts in full overlap, too") {
  Model model = small_model();
  model.stft.window_size = 32;
  Player player = Player::create(model, config_of(PhaseMethod::spsi, 0)).value();
  const auto sound = play(player, 1600, 1600);
  const auto peak = [](auto begin, auto end) {
    float largest = 0;
    for (; begin != end; ++begin) largest = std::max(largest, std::abs(*begin));
    return largest;
  };
  const float start = peak(sound.begin(), sound.begin() + 64);
  const float rest = peak(sound.begin() + 64, sound.end());
  CHECK(start > 0);
  CHECK(start <= 2 * rest);  // no burst where the division by a small window sum would amplify
}

TEST_CASE("The level of a dream does not depend on the window and framing of the model") {
  // Each frame of the dream is the same constant spectrum: what comes out is its inverse, whatever the framing.
  const auto loudness = [](Framing framing, Window window) {
    Model model = small_model();
    model.stft.framing = framing;
    model.stft.window = window;
    Player player = Player::create(model, config_of(PhaseMethod::spsi, 0)).value();
    const auto sound = play(player, 1600, 1600);
    double live = 0, whole = 0;
    for (const float sample : sound) live += sample * sample;
    PhaseConfig phase;
    phase_preset("spsi", phase);
    const auto generated = generate(model, {.seed = 4, .position = 0.3, .randomness = 0.1}, phase, 1.0).value();
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
