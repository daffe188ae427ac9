#include "magnet/shaper.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

const StftConfig stft{.size = 2048, .hop = 512};
constexpr float no_number = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

Shaper shaper() {
  Shaper shaper;
  FirstError error;
  shaper.prepare(stft, error);
  REQUIRE_FALSE(error);
  return shaper;
}

std::vector<float> noise() {
  Random random(3);
  std::vector<float> frame(static_cast<std::size_t>(stft.bins()));
  for (float& value : frame) value = random.uniform();
  return frame;
}

/// Approximately what a partial between two bins looks like with a Hann window.
std::vector<float> partial(double place) {
  std::vector<float> frame(static_cast<std::size_t>(stft.bins()));
  for (std::size_t k = 0; k < frame.size(); ++k) {
    const double distance = std::abs(static_cast<double>(k) - place);
    frame[k] = distance < 2 ? static_cast<float>(1 + std::cos(distance * 1.5707963267948966)) : 0;
  }
  return frame;
}

double centre(std::span<const float> frame) {
  double sum = 0, weighted = 0;
  for (std::size_t k = 0; k < frame.size(); ++k) {
    sum += frame[k];
    weighted += static_cast<double>(k) * frame[k];
  }
  return weighted / sum;
}

std::vector<float> shaped(std::span<const float> frame, PlayerControls controls, float note = 0) {
  Shaper fresh = shaper();
  const auto result = fresh.process(frame, note, controls);
  return {result.begin(), result.end()};
}

PlayerControls controls(float pitch, float brightness, float smoothing) { return {{}, pitch, brightness, smoothing}; }

}  // namespace

TEST_CASE("Without pitch, brightness and smoothing a frame is unchanged") { CHECK(shaped(noise(), {}) == noise()); }

TEST_CASE("Partials land within half a bin of their new pitch") {
  for (float pitch = -24; pitch <= 24; pitch += 0.5f) {
    for (const double place : {24.0, 40.3, 101.5, 200.0, 240.9}) {
      INFO(pitch << " semitones, bin " << place);
      const double expected = place * std::exp2(pitch / 12.0);
      CHECK(std::abs(centre(shaped(partial(place), controls(pitch, 0, 0))) - expected) <= 0.5);
      CHECK(shaped(partial(place), controls(pitch, 0, 0)) == shaped(partial(place), {}, pitch));  // pitch of a note
    }
  }
}

TEST_CASE("Bins that would come from beyond the Nyquist frequency are silent") {
  const auto low = shaped(std::vector<float>(1025, 1.0f), controls(-12, 0, 0));
  CHECK(std::all_of(low.begin(), low.begin() + 513, [](float value) { return value == 1; }));
  CHECK(std::all_of(low.begin() + 513, low.end(), [](float value) { return value == 0; }));
}

TEST_CASE("Brightness tilts the spectrum around 1 kHz, in decibels per octave") {
  for (const float brightness : {-24.0f, -3.0f, 1.5f, 24.0f}) {
    const auto frame = shaped(std::vector<float>(1025, 1.0f), controls(0, brightness, 0));
    for (std::size_t k = 1; k < frame.size(); ++k) {
      const double octaves = std::log2(static_cast<double>(k) * stft.sample_rate / stft.size / 1000);
      // 3 ulp of the exponential, and the rounding of an exponent of up to 20.
      CHECK(20 * std::log10(frame[k]) == Approx(brightness * octaves).margin(1e-4));
    }
    CHECK(20 * std::log10(frame[0]) == Approx(brightness * std::log2(0.02)).margin(1e-4));
  }
}

TEST_CASE("Smoothing is a one-pole across frames") {
  for (const float smoothing : {0.3f, 0.9f, 1.0f}) {
    Shaper one = shaper();
    Random random(1);
    double expected = 0;
    for (int m = 0; m < 50; ++m) {
      const float level = random.uniform();
      expected = smoothing * expected + (1.0 - smoothing) * level;
      const auto frame = one.process(std::vector<float>(1025, level), 0, controls(0, 0, smoothing));
      CHECK(frame[77] == Approx(expected).margin(1e-6));
    }
  }
}

TEST_CASE("Controls are clamped to their ranges, and NaN counts as the default") {
  const auto is = [](PlayerControls given, PlayerControls meant) {
    CHECK(shaped(noise(), given) == shaped(noise(), meant));
  };
  is(controls(no_number, no_number, no_number), {});
  is(controls(infinity, -infinity, -infinity), controls(24, -24, 0));
  is(controls(-1000, 25, 0.5f), controls(-24, 24, 0.5f));
  is(controls(0, 0, infinity), controls(0, 0, 1));
  CHECK(shaped(noise(), {}, no_number) == noise());
}
