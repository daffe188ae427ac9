#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/features.hpp"
#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

using Samples = std::vector<float>;
using Layout = FeatureLayout;

template <class Function>
Samples fill(std::size_t count, Function function) {
  Samples samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<float>(function(static_cast<double>(i)));
  return samples;
}

Samples noise(std::size_t count) {
  Random random(1);
  return fill(count, [&](double) { return 2 * random.uniform() - 1; });
}

Samples sine(std::size_t count, double cycles, double amplitude = 1) {
  return fill(count, [=](double n) { return amplitude * std::sin(2 * std::numbers::pi * cycles * n + 1); });
}

/// All frames, the samples pushed in pieces of at most `largest`.
Samples analyse(Analyser& analyser, std::span<const float> samples, std::size_t largest = 100000) {
  Samples frames;
  while (!samples.empty()) {
    samples = samples.subspan(analyser.push(samples.first(std::min(samples.size(), largest))));
    while (analyser.next()) frames.insert(frames.end(), analyser.frame().begin(), analyser.frame().end());
  }
  return frames;
}

/// The features of the last frame.
Samples last_frame(Analyser& analyser, std::span<const float> samples) {
  REQUIRE_FALSE(analyse(analyser, samples).empty());
  return {analyser.frame().begin(), analyser.frame().end()};
}

double cents(double pitch, double wanted) { return 1200 * std::log2(pitch / wanted); }

}  // namespace

TEST_CASE("A full-scale sine on a bin", "[features]") {
  for (const auto window : {Window::hann, Window::blackman, Window::hamming}) {
    Analyser analyser({.window = window});
    const std::size_t bin = 93;
    const auto frame = last_frame(analyser, sine(4096, bin / 2048.0));
    const double hz = bin * 44100 / 2048.0;
    const double neighbour = 20 * std::log10(window == Window::hamming ? 0.23 / 0.54
                                             : window == Window::hann  ? 0.5
                                                                       : 0.25 / 0.42);
    CAPTURE(window_name(window));
    CHECK(std::abs(frame[analyser.layout().decibels() + bin]) < 1e-4);
    CHECK(frame[analyser.layout().decibels() + bin + 1] == Approx(neighbour).margin(1e-3));
    CHECK(frame[Layout::rms] == Approx(std::sqrt(0.5)).epsilon(1e-3));
    CHECK(frame[Layout::centroid] == Approx(hz).epsilon(1e-3));
    CHECK(frame[Layout::rolloff] == Approx(hz).margin(44100 / 2048.0 + 0.1));
    CHECK(frame[Layout::flatness] < 1e-3);
    CHECK(frame[Layout::onset] < 0.01);  // only rounding below it rises
    CHECK(std::abs(cents(frame[Layout::pitch], hz)) < 1);
    CHECK(frame[Layout::confidence] > 0.99);
  }
}

TEST_CASE("White noise", "[features]") {
  Analyser analyser({.size = 65536, .hop = 65536});
  const auto frame = last_frame(analyser, noise(65536));
  // Power is exponentially distributed: exp(mean of ln) / mean = e^-γ. 32,769 bins: 1 % is three deviations and more.
  CHECK(frame[Layout::flatness] == Approx(std::exp(-std::numbers::egamma)).epsilon(0.03));
  CHECK(frame[Layout::rms] == Approx(1 / std::sqrt(3)).epsilon(0.01));
  CHECK(frame[Layout::centroid] == Approx(44100 / 4.0).epsilon(0.01));
  CHECK(frame[Layout::rolloff] == Approx(0.85 * 44100 / 2).epsilon(0.01));
  CHECK(frame[Layout::confidence] < 0.3);
}

TEST_CASE("Silence", "[features]") {
  Analyser analyser({.size = 512, .hop = 128});
  const auto frame = last_frame(analyser, Samples(1024));
  const Layout& layout = analyser.layout();
  for (const auto feature : {Layout::rms, Layout::centroid, Layout::rolloff, Layout::flux, Layout::onset, Layout::pitch,
                             Layout::confidence}) {
    CHECK(frame[feature] == 0);
  }
  CHECK(frame[Layout::flatness] == Approx(1).epsilon(1e-6));  // all at the floor
  for (std::size_t k = 0; k < layout.bins; ++k) CHECK(frame[layout.decibels() + k] == -120);
  CHECK(frame[layout.mfcc()] == Approx(-100 * std::sqrt(40)).epsilon(1e-6));
  for (std::size_t i = 1; i < layout.coefficients; ++i) CHECK(std::abs(frame[layout.mfcc() + i]) < 1e-3);
}

TEST_CASE("YIN finds the pitch of harmonic tones", "[features]") {
  Analyser analyser({.size = 2048, .hop = 2048, .sample_rate = 44100});
  for (const double hz : {50.0, 82.41, 110.0, 261.63, 440.0, 987.77, 2093.0}) {
    const auto tone = fill(2048, [=](double n) {
      double sum = 0;
      for (int h = 1; h < 20 && h * hz < 10000; ++h) sum += std::sin(2 * std::numbers::pi * hz * h * n / 44100 + h) / h;
      return 0.3 * sum;
    });
    CAPTURE(hz);
    const auto frame = last_frame(analyser, tone);
    // The dip is not quite a parabola, which matters more at short lags, that is, high pitches.
    CHECK(std::abs(cents(frame[Layout::pitch], hz)) < 5);
    CHECK(frame[Layout::confidence] > 0.9);
  }
}

TEST_CASE("A constant has no pitch, even with noise in its last digits", "[features]") {
  for (const int size : {160, 960, 1920, 2048}) {
    for (const float level : {0.0f, 1e-7f, 1e-5f}) {
      Analyser analyser({.size = size, .hop = size});
      auto samples = noise(static_cast<std::size_t>(size));
      for (float& sample : samples) sample = 0.3f + level * sample;
      CAPTURE(size, level);
      const auto frame = last_frame(analyser, samples);
      CHECK(frame[Layout::pitch] == 0);
      CHECK(frame[Layout::confidence] == 0);
    }
  }
}

TEST_CASE("The pitch does not depend on the level", "[features]") {
  Analyser analyser(AnalyserConfig{});
  for (const double level : {1e-18, 1e-6, 1.0, 1e6, 1e28}) {
    CAPTURE(level);
    const auto frame = last_frame(analyser, sine(2048, 0.01, level));
    CHECK(std::abs(cents(frame[Layout::pitch], 441)) < 1);
    analyser.reset();
  }
}

TEST_CASE("An onset rises in every band", "[features]") {
  Analyser analyser({.size = 512, .hop = 512});
  auto samples = noise(2048);
  for (std::size_t i = 0; i < 1024; ++i) samples[i] *= 0.1f;
  const auto frames = analyse(analyser, samples);
  const std::size_t size = analyser.layout().size();
  CHECK(frames[Layout::onset] == 0);
  CHECK(frames[Layout::flux] > 0);
  // 20 dB in the mean of the bands, plus or minus the fluctuation of the noise itself.
  CHECK(frames[2 * size + Layout::onset] == Approx(20).margin(3));
  CHECK(frames[size + Layout::onset] < 5);
  CHECK(frames[3 * size + Layout::onset] < 5);
}

TEST_CASE("Frames are bit-identical however the sound is split", "[features]") {
  for (const AnalyserConfig& config :
       {AnalyserConfig{.size = 256, .hop = 64}, {.size = 160, .hop = 160}, {.hop = 511}}) {
    Analyser analyser(config);
    const auto samples = noise(6000);
    const auto whole = analyse(analyser, samples);
    REQUIRE(whole.size() / analyser.layout().size() == static_cast<std::size_t>((6000 - config.size) / config.hop + 1));
    for (const std::size_t largest : {1, 3, 128}) {
      CAPTURE(config.size, largest);
      analyser.reset();
      const auto pieces = analyse(analyser, samples, largest);
      REQUIRE(pieces.size() == whole.size());
      CHECK(std::memcmp(pieces.data(), whole.data(), whole.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("NaN, Inf and extreme levels give finite features", "[features]") {
  Analyser analyser({.size = 256, .hop = 64});
  auto bad = noise(1000), zeroed = bad;
  bad[500] = std::numeric_limits<float>::quiet_NaN();
  bad[501] = std::numeric_limits<float>::infinity();
  zeroed[500] = zeroed[501] = 0;
  const auto frames = analyse(analyser, bad);
  analyser.reset();
  CHECK(frames == analyse(analyser, zeroed));
  for (const float level : {1e30f, 1e18f, 1e-19f}) {
    auto samples = noise(1000);
    for (float& sample : samples) sample *= level;
    const auto extreme = analyse(analyser, samples);
    CHECK(std::all_of(extreme.begin(), extreme.end(), [](float value) { return std::isfinite(value); }));
  }
}

TEST_CASE("Flushing subnormals to zero changes no feature", "[features]") {
  for (const float level : {1.0f, 1e-12f, 1e-19f, 1e-30f}) {
    CAPTURE(level);
    auto samples = noise(3000);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] *= i % 1000 < 500 ? level : level * 1e-8f;
    Analyser analyser({.size = 256, .hop = 64});
    const auto frames = analyse(analyser, samples);
    analyser.reset();
    const FlushToZero flush;
    CHECK(frames == analyse(analyser, samples));
  }
}

TEST_CASE("After create, analysing allocates nothing", "[features]") {
  Analyser analyser(AnalyserConfig{});
  const auto samples = noise(128);
  const auto before = allocations();
  for (int i = 0; i < 100; ++i) {
    analyser.push(samples);
    while (analyser.next()) continue;
  }
  CHECK(allocations() == before);
}

TEST_CASE("Configurations that are out of range are refused, naming the field", "[features]") {
  const auto message = [](const AnalyserConfig& config) {
    const auto analyser = Analyser::create(config);
    REQUIRE_FALSE(analyser);
    CHECK(analyser.error().code == ErrorCode::invalid_argument);
    return analyser.error().message;
  };
  CHECK(message({.size = 1000}).starts_with("size is 1000; allowed: multiples of 32"));
  CHECK(message({.size = -32}).starts_with("size is -32"));
  CHECK(message({.hop = 0}).starts_with("hop is 0"));
  CHECK(message({.sample_rate = 0}).starts_with("sample_rate is 0"));
  CHECK(message({.mel_bands = 257}) == "mel_bands is 257; allowed: 1 to 256");
  CHECK(message({.coefficients = 41}) == "coefficients is 41; allowed: 1 to 40, the mel bands");
}
