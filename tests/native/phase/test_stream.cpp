#include <catch2/catch.hpp>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "test_signals.hpp"

using namespace lodestone;
using namespace test_signals;

namespace {

/// All frames of a stream; a slice of `budget` at a time, 0: at once.
Array2<std::complex<float>> stream_all(const Magnitudes& magnitudes, const PhaseStreamConfig& config,
                                       std::int64_t budget) {
  auto stream = PhaseStream::create(magnitudes.stft, config).value();
  auto result = Array2<std::complex<float>>::create(magnitudes.count(), magnitudes.values.cols()).value();
  std::size_t count = 0;
  const auto take = [&](std::span<const std::complex<float>> frame) {
    if (!frame.empty()) std::copy(frame.begin(), frame.end(), result.row(count++).begin());
    return !frame.empty();
  };
  const std::uint64_t before = allocations();
  for (std::size_t m = 0; m < magnitudes.count(); ++m) {
    if (budget == 0) {
      take(stream.process(magnitudes.values.row(m)));
      continue;
    }
    stream.begin(magnitudes.values.row(m));
    for (;;) {
      Budget slice{budget};
      if (stream.step(slice)) break;
    }
    take(stream.frame());
  }
  while (take(stream.flush())) {
  }
  CHECK(allocations() == before);
  CHECK(count == magnitudes.count());
  return result;
}

std::vector<PhaseStreamConfig> configs() {
  return {{.method = PhaseMethod::spsi},
          {},
          {.iterations = 0},
          {.iterations = 3, .look_ahead = 3, .weight_range = 7, .alpha = 0.5, .level = 0.2f},
          {.iterations = 2, .look_ahead = 1, .alpha = 0}};
}

}  // namespace

TEST_CASE("The stream is bit-identical to the whole signal, in slices of any size, without allocations") {
  for (const auto& stft : framings()) {
    const auto magnitudes = analyse(stft, 4000);
    for (const auto& config : configs()) {
      INFO("size " << stft.size << ", hop " << stft.hop << ", method " << int(config.method) << ", look-ahead "
                   << config.look_ahead);
      const auto whole = reconstruct_like_stream(magnitudes, config).value();
      CHECK(same_bits(stream_all(magnitudes, config, 0), whole.values));
      CHECK(same_bits(stream_all(magnitudes, config, 1), whole.values));
      CHECK(same_bits(stream_all(magnitudes, config, 7777), whole.values));
    }
  }
}

TEST_CASE("Given the level of the whole signal, the stream is bit-identical to the online stage") {
  for (const auto& stft : framings()) {
    const auto magnitudes = analyse(stft, 4000);
    // Every bin changes, so that the level does not matter.
    const PhaseStreamConfig stream{.iterations = 5, .look_ahead = 3, .alpha = 0};
    const PhaseConfig config{.stages = {{.method = PhaseMethod::online, .iterations = 5, .alpha = 0}}};
    INFO("size " << stft.size << ", hop " << stft.hop);
    const auto whole = reconstruct(copy(magnitudes), config).value();
    CHECK(same_bits(reconstruct_like_stream(magnitudes, stream).value().values, whole.values));
  }
}

TEST_CASE("The stream's threshold follows the level given, or the mean so far") {
  const auto magnitudes = analyse({.size = 256, .hop = 64}, 4000);
  const auto at = [&](float level) {
    return reconstruct_like_stream(magnitudes, {.iterations = 4, .level = level}).value();
  };
  CHECK_FALSE(same_bits(at(0).values, at(100).values));
  CHECK_FALSE(same_bits(at(0).values, at(1e-6f).values));
}

TEST_CASE("A stream starts afresh after reset") {
  const auto magnitudes = analyse({.size = 256, .hop = 64}, 4000);
  for (const auto& config : configs()) {
    auto stream = PhaseStream::create(magnitudes.stft, config).value();
    const auto run = [&] {
      std::vector<std::complex<float>> all;
      for (std::size_t m = 0; m < 12; ++m) {
        const auto frame = stream.process(magnitudes.values.row(m));
        all.insert(all.end(), frame.begin(), frame.end());
      }
      return all;
    };
    const auto first = run();
    stream.flush();
    stream.reset();
    CHECK(run() == first);
  }
}

TEST_CASE("Frames come look_ahead frames later, and flush gives the rest") {
  const auto magnitudes = analyse({.size = 256, .hop = 64}, 4000);
  auto stream = PhaseStream::create(magnitudes.stft, {.look_ahead = 3}).value();
  CHECK(stream.frame().empty());
  for (std::size_t m = 0; m < 5; ++m) CHECK(stream.process(magnitudes.values.row(m)).empty() == (m < 3));
  for (int left = 0; left < 3; ++left) CHECK(stream.flush().size() == magnitudes.values.cols());
  CHECK(stream.flush().empty());
}

TEST_CASE("A stream gives usable frames for any input") {
  const StftConfig stft{.size = 64, .hop = 16};
  std::vector<float> wild(stft.bins());
  const float inf = std::numeric_limits<float>::infinity();
  const float values[]{inf, -inf, std::nanf(""), -1, 3e38f, 1e-45f, 1e-19f, 1};
  for (std::size_t i = 0; i < wild.size(); ++i) wild[i] = values[i % std::size(values)];
  for (const auto& config : configs()) {
    auto stream = PhaseStream::create(stft, config).value();
    for (int m = 0; m < 10; ++m) {
      for (const auto value : stream.process(wild)) {
        const float size = std::abs(value);
        CHECK(std::isfinite(size));
        CHECK(size <= 1.001e15f);
      }
    }
  }
}

TEST_CASE("Flushing subnormals to zero changes no bit of a stream") {
  // Down to the smallest magnitudes that count, and below.
  for (const auto& stft : framings()) {
    const auto magnitudes = noise(stft, 12, 1e-22, 1e-6);
    for (const auto& config : configs()) {
      const auto kept = stream_all(magnitudes, config, 0);
      const FlushToZero flush;
      CHECK(same_bits(stream_all(magnitudes, config, 0), kept));
    }
  }
}

TEST_CASE("A stream refuses settings that are out of range") {
  const StftConfig stft{.size = 64, .hop = 16};
  const auto refused = [&](PhaseStreamConfig config, const std::string& field) {
    const auto stream = PhaseStream::create(stft, config);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(stream.error().message, Catch::Contains(field));
  };
  refused({.method = PhaseMethod::batch}, "method");
  refused({.iterations = -1}, "iterations");
  refused({.iterations = 101}, "iterations");
  refused({.look_ahead = 17}, "look_ahead");
  refused({.weight_range = 0}, "weight_range");
  refused({.weight_range = 65}, "weight_range");
  refused({.alpha = std::nan("")}, "alpha");
  refused({.level = -1}, "level");
  CHECK_FALSE(PhaseStream::create({.size = 64, .hop = 0}, {}));
  CHECK_FALSE(PhaseStream::create({.size = 64, .hop = 64}, {}));  // no inverse
  CHECK_FALSE(PhaseStream::create({.size = 65536, .hop = 1}, {}));
}

TEST_CASE("presets of streams are found by name") {
  PhaseStreamConfig config;
  CHECK(phase_stream_preset("smooth", config));
  CHECK(config.look_ahead == 3);
  CHECK(!config.check());
  CHECK(phase_stream_preset("spsi", config));
  CHECK(config.method == PhaseMethod::spsi);
  CHECK(config.look_ahead == 0);
  CHECK(!phase_stream_preset("best", config));
}
