#include <algorithm>
#include <complex>
#include <memory>

#include "lodestone/random.hpp"
#include "lodestone/stft.hpp"
#include "spectrum/fft.hpp"
#include "workload.hpp"

namespace lodestone::bench {
namespace {

constexpr std::size_t minute = 60 * 44100;

/// The piano in a loop, with a little noise, so that no two seconds are alike.
Buffer<float> minute_of(const Buffer<float>& sound) {
  auto samples = noise(minute, 1);
  for (std::size_t i = 0; i < minute; ++i) samples[i] = sound[i % sound.size()] + 0.01f * samples[i];
  return samples;
}

std::span<const float> parts(std::span<const std::complex<float>> values) {
  return {reinterpret_cast<const float*>(values.data()), 2 * values.size()};
}

Prepared transforms(int size, int count) {
  auto fft = std::make_shared<Fft<float>>(Fft<float>::create(size).value());
  const auto samples = noise(static_cast<std::size_t>(size), 2);
  std::copy(samples.begin(), samples.end(), fft->samples());
  const auto bins = static_cast<std::size_t>(size / 2 + 1);
  return {.units = 1.0,
          .run =
              [=] {
                for (int i = 0; i < count; ++i) fft->forward();
              },
          .checksum =
              [=] {
                return weighted_sum(parts({fft->bins(), bins}));
              }};
}

struct Whole {
  Whole(const StftConfig& config, const Sounds& sounds) : stft(config), samples(minute_of(sounds.piano)) {}

  Stft stft;
  Buffer<float> samples;
  Magnitudes magnitudes;
  Spectrum spectrum;
  Buffer<float> sound;
};

Prepared whole_magnitudes(const StftConfig& config, const Sounds& sounds) {
  auto work = std::make_shared<Whole>(config, sounds);
  return {.units = 1,
          .run = [=] { work->magnitudes = work->stft.magnitudes(work->samples).value(); },
          .checksum = [=] { return weighted_sum(work->magnitudes.values.all()); }};
}

Prepared whole_inverse(const StftConfig& config, const Sounds& sounds) {
  auto work = std::make_shared<Whole>(config, sounds);
  work->spectrum = work->stft.transform(work->samples).value();
  return {.units = 1,
          .run = [=] { work->sound = work->stft.inverse(work->spectrum).value(); },
          .checksum = [=] { return weighted_sum(work->sound); }};
}

/// One run feeds the same samples again, a whole number of hops and longer than a frame: after the first run each gives
/// the same frames.
Prepared stream(const StftConfig& config, const Sounds& sounds) {
  constexpr std::size_t quantum = 128;
  constexpr std::size_t quanta = 64;
  struct Work {
    StftStream stream;
    Buffer<float> samples;
  };
  auto work = std::make_shared<Work>(Work{StftStream(config), noise(quantum * quanta, 3)});
  for (std::size_t i = 0; i < work->samples.size(); ++i) work->samples[i] = sounds.piano[i] + 0.01f * work->samples[i];
  const auto run = [=] {
    for (std::size_t q = 0; q < quanta; ++q) {
      std::span<const float> samples{work->samples.data() + q * quantum, quantum};
      while (!samples.empty()) {
        samples = samples.subspan(work->stream.push(samples));
        while (work->stream.next()) continue;
      }
    }
  };
  run();
  return {.units = quanta, .run = run, .checksum = [=] { return weighted_sum(parts(work->stream.frame())); }};
}

}  // namespace

void add_spectrum(std::vector<Workload>& all) {
  const struct {
    int size;
    double expected;
  } transforms_of[] = {{256, 1931.8974},  {512, 5532.2586},  {1024, 15861.727},
                       {2048, 44802.369}, {4096, 126091.06}, {8192, 359705.72}};
  for (const auto& [size, expected] : transforms_of) {
    all.push_back({"fft/" + std::to_string(size), "transform", expected, rounding * expected,
                   [size = size](const Sounds&) { return transforms(size, 1); }});
  }
  // Only the transforms of a minute of sound: the lower bound for an STFT.
  all.push_back({"pffft-only/2048-512", "minute of sound", 44802.369, rounding * 44802.369,
                 [](const Sounds&) { return transforms(2048, 5168); }});

  const StftConfig large{.size = 2048, .hop = 512, .sample_rate = sample_rate};
  const StftConfig small{.size = 512, .hop = 128, .sample_rate = sample_rate};
  const struct {
    StftConfig config;
    double magnitudes, inverse, stream;
  } framings[] = {{large, 5259590.9, 333529.03, 1749.1266}, {small, 3491604.8, 333529.03, 260.01753}};
  for (const auto& [config, magnitudes, inverse, streamed] : framings) {
    const auto add = [&, &config = config](const char* group, const char* unit, double expected, auto setup) {
      all.push_back({std::string(group) + sizes(config), unit, expected, rounding * expected,
                     [=](const Sounds& sounds) { return setup(config, sounds); }});
    };
    add("stft-magnitudes/", "minute of sound", magnitudes, whole_magnitudes);
    add("istft/", "minute of sound", inverse, whole_inverse);
    add("stft-stream/", "quantum", streamed, stream);
  }
}

}  // namespace lodestone::bench
