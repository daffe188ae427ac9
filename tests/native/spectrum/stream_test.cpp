#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstring>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/random.hpp"
#include "lodestone/stft.hpp"
#include "noise.hpp"

using namespace lodestone;

namespace {

using Bins = std::vector<std::complex<float>>;

/// Both FFTs, full and short windows, hops that do and do not divide the window, an overlap of one.
const std::vector<StftConfig> kConfigs{
    {.size = 64, .hop = 16},
    {.size = 64, .window_size = 32, .hop = 16},
    {.size = 64, .window_size = 33, .hop = 7},
    {.size = 60, .hop = 23},
    {.size = 26, .window_size = 25, .hop = 1, .window = Window::hamming},
    {.size = 32, .window_size = 2, .hop = 2, .window = Window::rectangular},
    {.size = 2048, .hop = 512},
    {.size = 2048, .window_size = 1024, .hop = 512},
};

template <class Use>
void for_each_config(Use use) {
  for (auto config : kConfigs) {
    for (auto framing : {Framing::centered, Framing::none, Framing::lws}) {
      config.framing = framing;
      CAPTURE(config.size, config.window_size, config.hop, framing_name(framing));
      use(config);
    }
  }
}

/// All frames of a signal pushed in pieces of 1 to `largest` samples.
Bins stream_forward(StftStream& stream, std::span<const float> samples, std::uint32_t largest) {
  Bins frames;
  const auto drain = [&] {
    while (stream.next()) frames.insert(frames.end(), stream.frame().begin(), stream.frame().end());
  };
  Random random(largest);
  while (!samples.empty()) {
    auto piece = samples.first(std::min<std::size_t>(samples.size(), 1 + random.below(largest)));
    samples = samples.subspan(piece.size());
    while (!piece.empty()) {
      piece = piece.subspan(stream.push(piece));
      drain();
    }
  }
  stream.finish();
  drain();
  return frames;
}

std::vector<float> stream_back(InverseStftStream& stream, const Spectrum& spectrum) {
  std::vector<float> samples;
  const auto append = [&](std::span<const float> piece) { samples.insert(samples.end(), piece.begin(), piece.end()); };
  for (std::size_t m = 0; m < spectrum.count(); ++m) append(stream.push(spectrum.values.row(m)));
  append(stream.finish(spectrum.samples));
  return samples;
}

template <class A, class B>
bool same_bits(const A& a, const B& b, std::size_t count) {
  return std::memcmp(a.data(), b.data(), count * sizeof(*a.data())) == 0;
}

}  // namespace

TEST_CASE("Frames of a stream are bit-identical to those of the whole signal", "[stream]") {
  for_each_config([](const StftConfig& config) {
    auto stft = Stft::create(config).value();
    auto stream = StftStream::create(config).value();
    for (int extra : {0, 1, config.hop, config.hop * 3 + 5}) {
      const auto samples = noise(config.size + extra);
      const auto whole = stft.transform(samples).value();
      for (std::uint32_t largest : {1, 3, 128, 100000}) {
        CAPTURE(extra, largest);
        stream.reset();
        const auto frames = stream_forward(stream, samples, largest);
        REQUIRE(frames.size() == whole.values.size());
        REQUIRE(same_bits(frames, whole.values, frames.size()));
      }
    }
  });
}

TEST_CASE("Samples of a stream are bit-identical to those of the whole inverse", "[stream]") {
  for_each_config([](const StftConfig& config) {
    auto stft = Stft::create(config).value();
    auto stream = InverseStftStream::create(config).value();
    for (int extra : {0, 1, config.hop, config.hop * 3 + 5}) {
      for (bool length_known : {true, false}) {
        CAPTURE(extra, length_known);
        auto spectrum = stft.transform(noise(config.size + extra)).value();
        if (!length_known) spectrum.samples = 0;
        const auto whole = stft.inverse(spectrum).value();
        stream.reset();
        const auto samples = stream_back(stream, spectrum);
        // A stream gives whole blocks: more than the signal if that ends within the last one.
        REQUIRE(samples.size() >= whole.size());
        REQUIRE(samples.size() < whole.size() + config.hop);
        REQUIRE(same_bits(samples, whole, whole.size()));
      }
    }
  });
}

TEST_CASE("A frame is available as soon as its last sample is", "[stream]") {
  StftStream stream({.size = 64, .hop = 16, .framing = Framing::none});
  const auto samples = noise(200);
  CHECK(stream.push(samples) == 64);
  CHECK(stream.next());
  CHECK_FALSE(stream.next());
  CHECK(stream.push(samples) == 16);
  CHECK(stream.next());
}

TEST_CASE("The inverse stream gives a hop for every frame", "[stream]") {
  InverseStftStream stream({.size = 64, .hop = 16});
  const Bins frame(33);
  for (std::size_t expected : {0, 0, 16, 16, 16}) CHECK(stream.push(frame).size() == expected);
  CHECK(stream.finish().size() == 16);  // 5 frames: 64 samples
}

TEST_CASE("Signals too short for a frame give none", "[stream]") {
  for (auto framing : {Framing::centered, Framing::none, Framing::lws}) {
    StftStream stream({.size = 64, .hop = 16, .framing = framing});
    CHECK(stream_forward(stream, {}, 1).empty());
    stream.reset();
    CHECK(stream_forward(stream, noise(1), 1).size() == (framing == Framing::lws ? 4 * 33 : 0));
    CHECK(stream.push(noise(10)) == 10);  // ignored until reset
    CHECK_FALSE(stream.next());
  }
  InverseStftStream inverse({.size = 64, .hop = 16});
  CHECK(inverse.finish().empty());
  CHECK(inverse.finish(1000).empty());
}

TEST_CASE("NaN and Inf count as 0", "[stream]") {
  const StftConfig config{.size = 64, .hop = 16};
  auto bad = noise(400), zeroed = bad;
  for (std::size_t i = 5; i < bad.size(); i += 31) {
    bad[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -1e35f;
    zeroed[i] = 0;
  }
  StftStream stream(config);
  const auto frames = stream_forward(stream, bad, 50);
  Stft stft(config);
  auto spectrum = stft.transform(zeroed).value();
  REQUIRE(frames.size() == spectrum.values.size());
  CHECK(same_bits(frames, spectrum.values, frames.size()));

  auto spoiled = stft.transform(zeroed).value();
  for (std::size_t m = 0; m < spectrum.count(); ++m) {
    spectrum.values(m, m) = 0;
    spoiled.values(m, m) = {NAN, -INFINITY};
  }
  InverseStftStream inverse(config);
  const auto samples = stream_back(inverse, spoiled);
  CHECK(same_bits(samples, stft.inverse(spectrum).value(), 400));
}

TEST_CASE("Streams allocate nothing after create", "[stream]") {
  // 2·7·11·13: the radices for which KissFFT allocates scratch memory while it transforms.
  auto configs = kConfigs;
  configs.push_back({.size = 2002, .hop = 500});
  for (const auto& config : configs) {
    CAPTURE(config.size);
    StftStream forward(config);
    InverseStftStream backward(config);
    const auto samples = noise(5000);
    std::span<const float> rest = samples;
    std::size_t produced = 0;

    const auto before = allocations();
    while (!rest.empty()) {
      rest = rest.subspan(forward.push(rest.first(std::min<std::size_t>(rest.size(), 128))));
      while (forward.next()) produced += backward.push(forward.frame()).size();
    }
    forward.finish();
    while (forward.next()) produced += backward.push(forward.frame()).size();
    produced += backward.finish(5000).size();
    forward.reset();
    backward.reset();
    const auto taken = allocations() - before;

    CHECK(taken == 0);
    CHECK(produced >= 5000);
  }
  // The counter does count.
  const auto before = allocations();
  const auto block = Buffer<float>::create(100);
  CHECK(allocations() > before);
}

TEST_CASE("Flushing subnormals to zero changes no bit", "[stream]") {
  for (const auto& config : kConfigs) {
    CAPTURE(config.size, config.window_size);
    // A sound that decays through the smallest numbers of single precision into silence.
    auto samples = noise(12000);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] *= std::exp2(-0.014f * static_cast<float>(i));
    REQUIRE(std::any_of(samples.begin(), samples.end(), [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; }));
    auto stft = Stft::create(config).value();
    const auto spectrum = stft.transform(samples).value();
    const auto back = stft.inverse(spectrum).value();
    const FlushToZero flush;
    const auto flushed = stft.transform(samples).value();
    CHECK(same_bits(spectrum.values, flushed.values, flushed.values.size()));
    CHECK(same_bits(back, stft.inverse(flushed).value(), back.size()));
  }
}
