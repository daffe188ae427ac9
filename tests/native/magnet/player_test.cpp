#include "lodestone/player.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <ctime>
#include <limits>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

/// With hops of 192 samples, which are spread.
Model spread_model() { return small_model({.size = 768, .hop = 192, .sample_rate = 8000}); }

/// The same with groups of two frames, whose network works ahead.
Model group_model() { return small_model({.size = 768, .hop = 192, .sample_rate = 8000}, Scale::log1p4, 2); }

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

/// Of this thread only, so that other threads do not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double peak(std::span<const float> sound) {
  double largest = 0;
  for (const float sample : sound) largest = std::max(largest, std::abs(double{sample}));
  return largest;
}

/// Sets every control to a value other than its default.
void turn_all_knobs(Player& player) {
  player.controls() = {
      {.position = 0.3f, .pull = 0.2f, .speed = 0.7f, .randomness = 0.1f, .temperature = 0.3f, .drive = 0.4f},
      3.5f,
      -2,
      0.3f};
}

}  // namespace

TEST_CASE("Blocks of any length give the same sound, without allocations") {
  const auto input = noise(10000);
  for (const Model& model : {small_model(), spread_model(), group_model()}) {
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

TEST_CASE("The player is the chain of its parts, as if preceded by silence, and dreams like a Dreamer") {
  const Model model = small_model();
  const PhaseStreamConfig phases{.look_ahead = GENERATE(0, 2)};
  const double position = GENERATE(0.0, 0.7);
  const DreamConfig config{
      .seed = 4, .start = Start::audible, .position = position, .randomness = 0.05, .temperature = 0.5};
  Dreamer dreamer = Dreamer::create(model, config).value();
  PhaseStream phase = PhaseStream::create(model.stft, phases).value();
  InverseStftStream inverse = InverseStftStream::create(model.stft).value();
  const std::vector<std::complex<float>> silence(static_cast<std::size_t>(model.stft.bins()));
  for (int covered = 0; covered < model.stft.window_length(); covered += model.stft.hop) inverse.push(silence);
  std::vector<float> expected;
  for (int hop = 0; hop < 60; ++hop) {
    const auto frame = phase.process(dreamer.process());
    const auto samples = inverse.push(frame.empty() ? std::span(silence) : frame);
    expected.insert(expected.end(), samples.end() - model.stft.hop, samples.end());
  }
  Player player = Player::create(model, {.seed = 4, .phase = phases}).value();
  player.controls().position = static_cast<float>(position);
  player.controls().randomness = 0.05f;
  player.controls().temperature = 0.5f;
  CHECK(play(player, expected.size(), 100) == expected);
}

TEST_CASE("Spreading the work changes no sample, only delays the sound by a hop") {
  const Model model = spread_model();
  Player spread = Player::create(model, {}).value(), due = Player::create(model, {.spread = false}).value();
  auto expected = play(due, 5000, 128);
  expected.insert(expected.begin(), 192, 0.0f);
  expected.resize(5000);
  CHECK(play(spread, 5000, 128) == expected);
}

TEST_CASE("A model of groups is not delayed: only its network works ahead") {
  Player player = Player::create(group_model(), {}).value();
  CHECK(player.meter().latency.min == 0);
  CHECK(player.meter().latency.max == 191);
  const auto sound = play(player, 5000, 100);
  Player whole = Player::create(group_model(), {}).value();
  CHECK(play(whole, 5000, 5000) == sound);
  CHECK(peak(sound) > 0);
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

TEST_CASE("The output is finite whatever the input") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const float wild[]{nan, infinity, -infinity, 3e38f, -3e38f, 1e-45f, 0, 1, -1, 0.5f};
  const Model model = spread_model();
  for (const double rate : {0.0, 8000.0, 11025.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    Player player = Player::create(model, {.phase = {.look_ahead = 1}, .sample_rate = rate}).value();
    Random random(5);
    const auto any = [&] { return wild[random.below(std::size(wild))]; };
    std::vector<float> input(128), output(128);
    for (int block = 0; block < 1500; ++block) {
      auto* controls = &player.controls().position;
      for (int i = 0; i < 9; ++i) controls[i] = any();
      for (float& sample : input) sample = any();
      if (random.below(50) == 0) player.trigger(any(), any());
      if (random.below(50) == 0) player.reset(random.next());
      if (random.below(20) == 0) player.set_quality(static_cast<int>(random.next()));
      player.process(input, output);
      REQUIRE(std::all_of(output.begin(), output.end(), [](float sample) { return std::isfinite(sample); }));
    }
    CHECK(player.meter().scrubs == 0);
    // It recovers.
    player.controls() = {};
    player.reset(0);
    player.set_quality(0);
    const auto sound = play(player, static_cast<std::size_t>(2 * (rate == 0 ? 8000 : rate)), 128);
    CHECK(peak(sound) > 0.01);
    CHECK(peak(std::span(sound).last(1000)) < 100);
  }
}

TEST_CASE("The sound is the same at every sample rate") {
  const Model model = spread_model();
  const auto rms = [&](double rate) {
    Player player = Player::create(model, {.sample_rate = rate}).value();
    const auto sound = play(player, static_cast<std::size_t>(2 * rate), 128);
    double sum = 0;
    for (const float sample : sound) sum += sample * sample;
    return std::sqrt(sum / static_cast<double>(sound.size()));
  };
  const double native = rms(8000);
  // A tenth of the noisy spectrum lies where the low-pass begins to act.
  for (const double rate : {11025.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    CHECK(rms(rate) == Approx(native).epsilon(0.1));
  }
}

TEST_CASE("A lower quality costs less, and the best can be restored") {
  const Model model = spread_model();
  const PlayerConfig config{.phase = {.iterations = 6, .look_ahead = 2}};
  const PlayerConfig once{.phase = {.iterations = 1, .look_ahead = 2}};
  Player best = Player::create(model, config).value(), low = Player::create(model, config).value();
  Player one = Player::create(model, once).value();
  low.set_quality(1);
  CHECK(low.meter().quality == 1);
  CHECK(play(low, 5000, 128) == play(one, 5000, 128));
  low.set_quality(2);
  const auto stateful = play(low, 9600, 128);
  CHECK(peak(stateful) > 0);
  CHECK_FALSE(stateful == play(one, 9600, 128));
  low.set_quality(0);
  CHECK(low.meter().quality == 0);
  CHECK(low.meter().hops == std::ceil(14600 / 192.0));
  play(low, 5000, 128);
}

TEST_CASE("A note sounds at its position and pitch from the next hop on") {
  // Each training frame is louder than the one before; the network repeats the loudest.
  Model model = spread_model();
  for (std::size_t row = 0; row < model.impulses.rows(); ++row) {
    std::fill(model.impulses.row(row).begin(), model.impulses.row(row).end(), 0.0f);
    model.impulses(row, 40) = static_cast<float>(row + 1);
  }
  const auto level = [&](double position, double pitch) {
    Player player = Player::create(model, {}).value();
    play(player, 2000, 128);
    player.trigger(position, pitch);
    play(player, static_cast<std::size_t>(player.meter().latency.half) + 192, 64);
    return peak(play(player, 192, 64));
  };
  CHECK(level(0.9, 0) > 3 * level(0.2, 0));
  CHECK(level(0.5, 0) > 0);

  Player plain = Player::create(model, {}).value(), high = Player::create(model, {}).value();
  plain.controls().pitch = 7;
  plain.trigger(0.5, 0);
  high.trigger(0.5, 7);
  CHECK(play(plain, 4000, 128) == play(high, 4000, 128));
}

TEST_CASE("After a reset the dream is that of the seed") {
  const Model model = spread_model();
  const PlayerConfig config{.seed = 9, .phase = {.method = PhaseMethod::spsi}, .spread = false};
  const auto noisy = [](Player& player) { player.controls().temperature = 1; };
  Player fresh = Player::create(model, config).value();
  noisy(fresh);
  const auto expected = play(fresh, 192 * 40, 192);
  Player player = Player::create(model, {.phase = config.phase, .spread = false}).value();
  noisy(player);
  const auto other = play(player, 192 * 40, 192);
  CHECK_FALSE(other == expected);
  player.reset(9);
  const auto again = play(player, 192 * 40, 192);
  double error = 0, sum = 0;  // the phases continue from where they were, so only the levels can be the same
  for (std::size_t hop = 8; hop < 40; ++hop) {
    double a = 0, b = 0;
    for (std::size_t i = hop * 192; i < (hop + 1) * 192; ++i) {
      a += expected[i] * expected[i];
      b += again[i] * again[i];
    }
    error += std::abs(std::sqrt(a) - std::sqrt(b));
    sum += std::sqrt(a);
  }
  CHECK(error < 0.3 * sum);
}

TEST_CASE("Another model of the same shape takes over while the player plays") {
  const Model model = spread_model();
  Model loud = spread_model();
  fix_prediction(loud, 3);
  const LiveModel live = LiveModel::create(loud).value();
  Player player = Player::create(model, {}).value();
  play(player, 5000, 128);
  CHECK(player.spare().empty());
  CHECK_FALSE(player.swap());
  REQUIRE_FALSE(player.make_room());
  const auto spare = player.spare();
  REQUIRE(spare.size() == live.bytes().size());
  CHECK(player.meter().swapping == 0);
  std::fill(spare.begin(), spare.end(), std::byte{1});
  CHECK_FALSE(player.swap());  // this is not a model
  std::copy(live.bytes().begin(), live.bytes().end(), spare.begin());
  CHECK(player.swap());
  play(player, 400, 128);
  CHECK(player.meter().swapping == 1);
  CHECK(player.spare().empty());
  play(player, 192 * 20, 128);
  CHECK(player.meter().swapping == 0);
  CHECK(player.spare().size() == live.bytes().size());
}

TEST_CASE("A silent tail costs no more than the sound before it") {
  // Everything that decays: the input below the smallest numbers, the states of the network, the smoothed frames.
  Model model = spread_model();
  fix_prediction(model, 0);
  constexpr std::size_t second = 11025;
  auto input = noise(11 * second);
  for (std::size_t i = second / 2; i < input.size(); ++i) input[i] *= std::exp2(-static_cast<float>(i) / 400);
  double first = 1, slowest = 1;
  for (int attempt = 0; attempt < 3; ++attempt) {
    Player player = Player::create(model, {.sample_rate = second}).value();
    player.controls().drive = 0.5f;
    player.controls().smoothing = 0.5f;
    player.controls().brightness = 3;
    const auto play_second = [&](std::size_t number) {
      const auto begun = cpu_seconds();
      play(player, second, 128, std::span(input).subspan(number * second, second));
      return cpu_seconds() - begun;
    };
    first = std::min(first, play_second(0));
    double most = 0;
    for (std::size_t number = 1; number < 11; ++number) most = std::max(most, play_second(number));
    slowest = std::min(slowest, most);
  }
  CHECK(slowest < 2 * first);
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
  // Each frame of the dream is the same constant spectrum: the output is its inverse, whatever the framing.
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
    const auto generated = generate(model, {.seed = 4, .temperature = 0}, phase, 1.0).value();
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
