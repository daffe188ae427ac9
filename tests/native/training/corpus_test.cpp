#include "lodestone/corpus.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "training/level.hpp"

using namespace lodestone;

namespace {

constexpr double rate = 8000;

StftConfig stft() {
  StftConfig config;
  config.size = 256;
  config.hop = 64;
  config.sample_rate = rate;
  return config;
}

CorpusConfig plain() {
  CorpusConfig config;
  config.normalise = false;
  return config;
}

std::vector<float> sine(double seconds, double frequency, double amplitude = 0.5) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i) / rate;
    samples[i] = static_cast<float>(amplitude * std::sin(angle));
  }
  return samples;
}

Magnitudes taken(const std::vector<float>& samples, const CorpusConfig& config = {}) {
  Corpus corpus(stft(), config);
  REQUIRE_FALSE(corpus.add(samples));
  return corpus.take().value();
}

std::vector<float> values(const Magnitudes& frames) { return {frames.values.all().begin(), frames.values.all().end()}; }

std::size_t loudest_bin(std::span<const float> frame) {
  return static_cast<std::size_t>(std::max_element(frame.begin(), frame.end()) - frame.begin());
}

}  // namespace

TEST_CASE("The gain brings the root mean square to −20 dBFS") {
  // For a sine it is the amplitude over √2; each block of 3200 samples has whole periods.
  CHECK(normalising_gain(sine(2, 500, 0.5), rate) == Approx(0.1 * std::sqrt(2.0) / 0.5).epsilon(1e-6));
  CHECK(normalising_gain(sine(2, 500, 1e-3), rate) == Approx(0.1 * std::sqrt(2.0) / 1e-3).epsilon(1e-6));
}

TEST_CASE("Pauses do not count towards the level") {
  std::vector<float> samples = sine(2, 500);
  const float gain = normalising_gain(samples, rate);
  samples.resize(16 * 3200);  // 11 blocks of silence after 5 of the sine
  CHECK(normalising_gain(samples, rate) == gain);
  const std::vector<float> faint = sine(4, 500, 0.05);  // 10 blocks 15 dB below the mean
  std::copy(faint.begin(), faint.end(), samples.begin() + 5 * 3200);
  CHECK(normalising_gain(samples, rate) == gain);
  const std::vector<float> softer = sine(4, 500, 0.3);  // these count
  std::copy(softer.begin(), softer.end(), samples.begin() + 5 * 3200);
  CHECK(normalising_gain(samples, rate) == Approx(0.1 / std::sqrt((5 * 0.125 + 10 * 0.045) / 15)).epsilon(1e-5));
}

TEST_CASE("Silence is left unchanged, and peaks stay within full scale") {
  CHECK(normalising_gain({}, rate) == 1);
  CHECK(normalising_gain(std::vector<float>(5000), rate) == 1);
  CHECK(normalising_gain(sine(1, 500, 4e-5), rate) == 1);  // −91 dBFS
  std::vector<float> click(3200);
  click[100] = 0.25f;
  CHECK(normalising_gain(click, rate) == 4);
}

TEST_CASE("A sound recorded at a different level gives the same frames") {
  const std::vector<float> loud = sine(1, 700, 0.9);
  std::vector<float> quiet = loud;
  for (float& sample : quiet) sample *= 0x1p-9f;  // a power of two, so that rounding is the same
  CHECK(values(taken(loud)) == values(taken(quiet)));
  CHECK(values(taken(loud, plain())) != values(taken(quiet, plain())));
}

TEST_CASE("Without alterations, the frames are those of the transform, clip after clip") {
  const std::vector<float> first = sine(0.5, 500), second = sine(0.3, 900);
  Corpus corpus(stft(), plain());
  REQUIRE_FALSE(corpus.add(first));
  REQUIRE_FALSE(corpus.add(std::vector<float>(100)));  // too short for a frame, which needs 129 samples
  REQUIRE_FALSE(corpus.add(second));
  Stft transform(stft());
  std::vector<float> expected = values(transform.magnitudes(first).value());
  const std::vector<float> rest = values(transform.magnitudes(second).value());
  expected.insert(expected.end(), rest.begin(), rest.end());
  CHECK(corpus.frames() == 63 + 38);
  const Magnitudes frames = corpus.take().value();
  CHECK(values(frames) == expected);
  CHECK(frames.stft == stft());
  CHECK(std::vector<std::uint64_t>(corpus.clips().begin(), corpus.clips().end()) == std::vector<std::uint64_t>{63, 38});
  CHECK(corpus.own_share() == 1);
  CHECK(corpus.frames() == 0);
}

TEST_CASE("Copies are shifted in pitch and level within the configured range, depending on the seed") {
  CorpusConfig config = plain();
  config.copies = 30;
  config.copy_gain = 12;
  config.copy_pitch = 7;
  const auto copies = [&] {
    Corpus corpus(stft(), config);
    REQUIRE_FALSE(corpus.add(sine(1, 1000)));  // bin 32
    auto frames = corpus.take().value();
    return std::pair(std::move(frames), std::vector<std::uint64_t>(corpus.clips().begin(), corpus.clips().end()));
  };
  const auto [frames, clips] = copies();
  REQUIRE(clips.size() == 31);
  CHECK(clips.back() == 126);  // the sound itself, last
  std::size_t begin = 0, lowest = 1000, highest = 0;
  float softest = 1e9f, loudest = 0;
  for (std::size_t c = 0; c < 30; ++c) {
    const auto middle = frames.values.row(begin + clips[c] / 2);
    const std::size_t bin = loudest_bin(middle);
    lowest = std::min(lowest, bin);
    highest = std::max(highest, bin);
    const float level = middle[bin] / 32;  // of the sine: amplitude / 2 · the window's sum
    softest = std::min(softest, level);
    loudest = std::max(loudest, level);
    // A higher copy is shorter by the same factor.
    CHECK(static_cast<double>(clips[c]) == Approx(125.0 * 32 / static_cast<double>(bin)).epsilon(0.03));
    begin += clips[c];
  }
  CHECK(lowest >= 21);   // 32 / 2^(7/12) = 21.4
  CHECK(lowest <= 23);   // 30 draws get close to the ends
  CHECK(highest <= 48);  // 47.9
  CHECK(highest >= 45);
  CHECK(softest >= 0.25f * 0.8f);  // −12 dB; between two bins a Hann window loses 1.4 dB
  CHECK(softest <= 0.35f);
  CHECK(loudest <= 4.0f);
  CHECK(loudest >= 2.5f);
  CHECK(values(copies().first) == values(frames));
  config.seed = 1;
  CHECK(values(copies().first) != values(frames));
}

TEST_CASE("The copies of many clips share 64 speeds") {
  CorpusConfig config = plain();
  config.copies = 64;
  config.copy_pitch = 12;
  Corpus corpus(stft(), config);
  REQUIRE_FALSE(corpus.add(sine(1, 500)));
  REQUIRE_FALSE(corpus.add(sine(1, 500)));
  REQUIRE(corpus.take());
  const auto clips = corpus.clips();
  REQUIRE(clips.size() == 130);
  const std::set<std::uint64_t> first(clips.begin(), clips.begin() + 64), second(clips.begin() + 64, clips.end() - 2);
  CHECK(first.size() > 30);  // lengths of 63 to 252 frames
  CHECK(second.size() > 20);
  CHECK(std::includes(first.begin(), first.end(), second.begin(), second.end()));
}

TEST_CASE("A copy without alterations equals its clip") {
  CorpusConfig config = plain();
  config.copies = 1;
  config.copy_gain = config.copy_pitch = 0;
  Corpus corpus(stft(), config);
  REQUIRE_FALSE(corpus.add(sine(1, 1000)));
  const Magnitudes frames = corpus.take().value();
  REQUIRE(corpus.clips().size() == 2);
  REQUIRE(corpus.clips()[0] == corpus.clips()[1]);
  double worst = 0;
  for (std::size_t m = 4; m < 122; ++m) {  // at the ends the resampler reads silence
    for (std::size_t k = 0; k < 129; ++k) {
      worst = std::max(worst, std::abs(static_cast<double>(frames.values(m, k)) - frames.values(126 + m, k)));
    }
  }
  CHECK(worst < 0.002 * 32);  // the resampler's 0.01 dB of the sine
}

TEST_CASE("Held-out sound has no copies") {
  CorpusConfig config = plain();
  config.copies = 3;
  config.copy_gain = 0;
  config.copy_pitch = 0.1;
  config.validation = 0.5;
  Corpus corpus(stft(), config);
  REQUIRE_FALSE(corpus.add(sine(1, 500)));        // bin 16
  std::vector<float> samples = sine(1, 1000);     // bin 32
  const std::vector<float> last = sine(2, 2000);  // bin 64
  samples.insert(samples.end(), last.begin(), last.end());
  REQUIRE_FALSE(corpus.add(samples));
  const Magnitudes frames = corpus.take().value();
  // 126 and 376 frames; the last half of all 502 is held out, so 125 of the second clip are trained on.
  const auto clips = corpus.clips();
  REQUIRE(clips.size() == 8);
  std::size_t begin = 0;
  for (std::size_t c = 0; c < 6; ++c) {
    CHECK(static_cast<double>(clips[c]) == Approx(c < 3 ? 126 : 125).epsilon(0.01));
    for (std::size_t m = 0; m + 3 < clips[c]; ++m) {  // except frames at the border
      CHECK(std::abs(static_cast<double>(loudest_bin(frames.values.row(begin + m))) - (c < 3 ? 16 : 32)) <= 1);
    }
    begin += clips[c];
  }
  CHECK(clips[6] == 126);
  CHECK(clips[7] == 376);
  CHECK(corpus.own_share() == Approx(502.0 / static_cast<double>(frames.count())));
}

TEST_CASE("Samples and settings that are out of range are refused, naming them") {
  std::vector<float> samples = sine(1, 500);
  samples[77] = std::numeric_limits<float>::quiet_NaN();
  samples[78] = std::numeric_limits<float>::infinity();
  Corpus corpus(stft());
  CHECK(corpus.add(samples)->message.find("sample 77") != std::string::npos);
  CHECK(corpus.frames() == 0);
  samples[77] = 0;
  CHECK(corpus.add(samples)->message.find("sample 78") != std::string::npos);

  const auto refusal = [](auto change) {
    CorpusConfig config;
    change(config);
    const auto refused = Corpus::create(stft(), config);
    return refused ? "" : refused.error().message;
  };
  using C = CorpusConfig;
  CHECK(refusal([](C& c) { c.copies = -1; }) == "copies is -1; allowed: 0 to 64");
  CHECK(refusal([](C& c) { c.copy_gain = 25; }) == "copy_gain is 25; allowed: 0 to 24 dB");
  CHECK(refusal([](C& c) { c.copy_pitch = std::nan(""); }) == "copy_pitch is nan; allowed: 0 to 12 semitones");
  CHECK(refusal([](C& c) { c.validation = 0.6; }) == "validation is 0.6; allowed: 0 to 0.5");
}
