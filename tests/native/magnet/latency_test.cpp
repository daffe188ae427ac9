// How long a control takes to be heard: the sound is rendered twice, once with the control moved, and the place where
// both begin to differ is compared with Player::meter.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <tuple>
#include <vector>

#include "lodestone/player.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

/// The `length` samples after the brightness is changed, at sample `moved`.
std::vector<float> sound_after(const Model& model, const PlayerConfig& config, std::size_t moved, float brightness,
                               std::size_t length) {
  Player player = Player::create(model, config).value();
  std::vector<float> before(moved), after(length);
  player.process(before);
  player.controls().brightness = brightness;
  player.process(after);
  return after;
}

std::vector<float> difference(const Model& model, const PlayerConfig& config, std::size_t moved, std::size_t length) {
  auto plain = sound_after(model, config, moved, 0, length);
  const auto bright = sound_after(model, config, moved, 6, length);
  for (std::size_t i = 0; i < length; ++i) plain[i] = bright[i] - plain[i];
  return plain;
}

std::size_t first_change(std::span<const float> difference) {
  return static_cast<std::size_t>(std::find_if(difference.begin(), difference.end(), [](float d) { return d != 0; }) -
                                  difference.begin());
}

/// Where the root mean square over a period reaches half its final value.
double half_effect(std::span<const float> difference, std::size_t period) {
  const auto energy = [&](std::size_t from) {
    double sum = 0;
    for (std::size_t i = from; i < from + period; ++i) sum += difference[i] * difference[i];
    return sum;
  };
  const double end = energy(difference.size() - period);
  std::size_t at = 0;
  while (energy(at) < end / 4) ++at;
  return static_cast<double>(at) + static_cast<double>(period) / 2;
}

/// A single constant partial: a change of brightness changes only its level.
Model tone_model(const StftConfig& stft, int bin, int group) {
  Model model = small_model(stft, Scale::linear, group);
  fix_prediction(model, 0);
  for (int i = 0; i < group; ++i) model.weights.dense_bias[i * stft.bins() + bin] = 10;
  for (std::size_t row = 0; row < model.impulses.rows(); ++row) {
    std::fill(model.impulses.row(row).begin(), model.impulses.row(row).end(), 0.0f);
    model.impulses(row, bin) = 10;
  }
  return model;
}

}  // namespace

TEST_CASE("The latency that a player reports is that of its sound") {
  constexpr double model_rate = 32000;
  for (const auto& [size, hop, group] : {std::tuple{512, 128, 1}, {2048, 512, 1}, {1152, 256, 2}}) {
    const StftConfig stft{.size = size, .hop = hop, .sample_rate = model_rate};
    const int bin = hop / 4;
    const Model noisy = small_model(stft, Scale::linear, group), tone = tone_model(stft, bin, group);
    for (const double rate : {model_rate, 48000.0, 22050.0}) {
      for (const int look_ahead : {0, 1, 2, 3}) {
        for (const int iterations : {0, 2}) {
          for (const bool spread : {false, true}) {
            const PlayerConfig config{
                .phase = {.iterations = iterations, .look_ahead = look_ahead}, .sample_rate = rate, .spread = spread};
            const Latency latency = Player::create(noisy, config).value().meter().latency;
            const double samples = rate / model_rate;  // per sample of the model
            CAPTURE(size, hop, group, rate, look_ahead, iterations, spread, latency.min, latency.max, latency.half);
            // After this many samples the next hop is about to begin; a sample later it has just begun.
            const double begins = std::ceil(10 * hop * samples);
            const auto length = static_cast<std::size_t>(latency.half + 4 * hop * samples);
            // A window's first samples weigh too little to change a float, and phases of previous frames change little.
            const double foot = hop * samples / 4;
            const auto earliest = first_change(difference(noisy, config, static_cast<std::size_t>(begins), length));
            CHECK(earliest >= latency.min - 1);
            CHECK(earliest <= latency.min + foot);
            const auto just_begun = static_cast<std::size_t>(begins) + static_cast<std::size_t>(std::ceil(samples));
            const auto latest = first_change(difference(noisy, config, just_begun, length));
            CHECK(latest >= latency.max - samples - 1);
            CHECK(latest <= latency.max + foot);
            const double period = stft.size * samples / bin;
            const double half =
                half_effect(difference(tone, config, just_begun, length), static_cast<std::size_t>(std::round(period)));
            CHECK(half == Approx(latency.half).margin(period));
          }
        }
      }
    }
  }
}
