#include "lodestone/resampler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

struct Rates {
  double from, to;
};

/// Few and many phases, up and down, equal, far apart, and rates that are not whole numbers.
const std::vector<Rates> kRates{{44100, 48000}, {48000, 44100}, {44100, 192000}, {192000, 44100},
                                {8000, 44100},  {44100, 8000},  {22050, 44100},  {44100.5, 47999.25},
                                {44100, 44100}, {8000, 768000}, {768000, 8000}};

std::vector<float> sine(std::size_t count, double cycles) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<float>(std::sin(2 * std::numbers::pi * cycles * static_cast<double>(i)));
  }
  return samples;
}

std::vector<float> noise(std::size_t count) {
  Random random(1);
  std::vector<float> samples(count);
  for (float& sample : samples) sample = 2 * random.uniform() - 1;
  return samples;
}

/// The whole output for an input pushed in pieces of at most `largest` samples.
std::vector<float> resample(Resampler& resampler, std::span<const float> input, std::size_t largest = 1024) {
  std::vector<float> all, piece(777);
  while (!input.empty()) {
    input = input.subspan(resampler.push(input.first(std::min(input.size(), largest))));
    while (const std::size_t count = resampler.pull(piece)) all.insert(all.end(), piece.begin(), piece.begin() + count);
  }
  return all;
}

double decibels(double ratio) { return 20 * std::log10(ratio); }

/// Largest difference from `gain` times a sine of that many cycles per input sample, delayed by `delay()`; the filter's
/// onset and the end are excluded.
double error_of_sine(const Rates& rates, double cycles, double gain) {
  Resampler resampler(rates.from, rates.to);
  const double ratio = rates.from / rates.to;
  const auto settled = static_cast<std::size_t>(2 * resampler.delay() + 1);
  const auto length = static_cast<std::size_t>(static_cast<double>(settled + 1500) * ratio);
  const auto output = resample(resampler, sine(length, cycles));
  REQUIRE(output.size() > settled + 1400);
  double largest = 0;
  for (std::size_t i = settled; i < output.size(); ++i) {
    const double time = (static_cast<double>(i) - resampler.delay()) * ratio;
    largest = std::max(largest, std::abs(output[i] - gain * std::sin(2 * std::numbers::pi * cycles * time)));
  }
  return largest;
}

}  // namespace

// The oracle is the sine itself at the output's times: gain, delay and every image in one number. The filter promises
// images at least 80 dB below full scale; a gain of 0.01 dB alone would be −59 dB, so the pass band is flatter.
TEST_CASE("Frequencies below 0.9 of the lower Nyquist frequency pass, delayed by delay()", "[resampler]") {
  for (const auto& rates : kRates) {
    const double nyquist = std::min(rates.from, rates.to) / 2 / rates.from;
    for (const double part : {0.01, 0.31, 0.7, 0.9}) {
      CAPTURE(rates.from, rates.to, part);
      CHECK(decibels(error_of_sine(rates, part * nyquist, 1)) < -80);
    }
  }
}

TEST_CASE("Frequencies above the output's Nyquist frequency are removed", "[resampler]") {
  for (const auto& rates : kRates) {
    for (const double part : {1.0, 1.1, 1.9, rates.from / rates.to * 0.99}) {
      if (part < 1 || part * rates.to >= rates.from) continue;
      CAPTURE(rates.from, rates.to, part);
      CHECK(decibels(error_of_sine(rates, part * rates.to / 2 / rates.from, 0)) < -80);
    }
  }
}

TEST_CASE("A constant passes unchanged", "[resampler]") {
  for (const auto& rates : kRates) {
    CAPTURE(rates.from, rates.to);
    Resampler resampler(rates.from, rates.to);
    const std::vector<float> ones(static_cast<std::size_t>(4 * (resampler.delay() + 10) * rates.from / rates.to), 1.0f);
    const auto output = resample(resampler, ones);
    // Rounding of up to 10,000 summands in single precision.
    CHECK(std::abs(output.back() - 1) < 1e-5);
  }
}

TEST_CASE("Samples are bit-identical however the input is split", "[resampler]") {
  const auto input = noise(20000);
  for (const auto& rates : kRates) {
    CAPTURE(rates.from, rates.to);
    Resampler resampler(rates.from, rates.to);
    const auto whole = resample(resampler, input);
    for (const std::size_t largest : {1, 3, 128, 100000}) {
      CAPTURE(largest);
      resampler.reset();
      const auto pieces = resample(resampler, input, largest);
      REQUIRE(pieces.size() == whole.size());
      REQUIRE(std::memcmp(pieces.data(), whole.data(), whole.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("Exactly needed() samples are needed, and nothing drifts", "[resampler]") {
  const auto input = noise(1024);
  for (const auto& rates : kRates) {
    CAPTURE(rates.from, rates.to);
    Resampler resampler(rates.from, rates.to);
    CHECK(resampler.needed(0) == 0);
    CHECK(resampler.needed(1) == 1);
    double pushed = 0, pulled = 0;
    std::vector<float> output(500);
    for (int block = 0; block < 40; ++block) {
      const std::span<float> wanted(output.data(), static_cast<std::size_t>(1 + block * 7 % 500));
      for (std::span<float> rest = wanted; !rest.empty();) {
        const std::size_t needed = resampler.needed(rest.size()), count = std::min<std::size_t>(needed, 1024);
        REQUIRE(resampler.push(std::span(input).first(count)) == count);
        rest = rest.subspan(resampler.pull(rest));
        if (count == needed) REQUIRE(rest.empty());
        pushed += static_cast<double>(count);
      }
      pulled += static_cast<double>(wanted.size());
      // Output i needs input floor(i·from/to), apart from rounding of the product.
      const double last = (pulled - 1) * rates.from / rates.to;
      CHECK(pushed >= std::floor(last - 1e-6) + 1);
      CHECK(pushed <= std::floor(last + 1e-6) + 1);
    }
  }
}

TEST_CASE("NaN and Inf count as 0", "[resampler]") {
  auto bad = noise(1000), zeroed = bad;
  bad[100] = std::numeric_limits<float>::quiet_NaN();
  bad[200] = std::numeric_limits<float>::infinity();
  bad[300] = -2e30f;
  zeroed[100] = zeroed[200] = zeroed[300] = 0;
  Resampler resampler(44100, 48000);
  const auto output = resample(resampler, bad);
  resampler.reset();
  CHECK(output == resample(resampler, zeroed));
}

TEST_CASE("Flushing subnormals to zero changes no sample", "[resampler]") {
  for (const float level : {1.0f, 1e-15f, 1e-19f, 1e-38f}) {
    auto input = noise(3000);
    for (float& sample : input) sample *= level;
    Resampler resampler(44100, 48000);
    const auto output = resample(resampler, input);
    resampler.reset();
    CHECK(std::none_of(output.begin(), output.end(), [](float x) { return x != 0 && std::abs(x) < 1e-20f; }));
    const FlushToZero flush;
    CHECK(output == resample(resampler, input));
  }
}

TEST_CASE("Nothing is allocated after create", "[resampler]") {
  Resampler resampler(192000, 44100);
  const auto input = noise(1024);
  std::vector<float> output(128);
  const auto before = allocations();
  for (int i = 0; i < 100; ++i) {
    resampler.push(input);
    while (resampler.pull(output) > 0) continue;
  }
  CHECK(allocations() == before);
}

TEST_CASE("Rates that are out of range are refused, naming them", "[resampler]") {
  for (const double rate : {0.0, -44100.0, 7999.0, 768001.0, 1e300, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(rate);
    const auto from = Resampler::create(rate, 44100), to = Resampler::create(44100, rate);
    REQUIRE_FALSE(from);
    REQUIRE_FALSE(to);
    CHECK(from.error().code == ErrorCode::invalid_argument);
    CHECK(from.error().message.starts_with("from is "));
    CHECK(to.error().message.starts_with("to is "));
    CHECK(to.error().message.ends_with("allowed: 8000 to 768000 Hz"));
  }
}
