#include <catch2/catch.hpp>

#include "flush_to_zero.hpp"
#include "test_signals.hpp"

using namespace lodestone;
using namespace test_signals;

namespace {

PhaseConfig preset(std::string_view name) {
  PhaseConfig config;
  REQUIRE(phase_preset(name, config));
  // The long lists would add nothing here but time.
  for (auto& stage : config.stages) stage.iterations = std::min(stage.iterations, 12);
  return config;
}

void check_sizes(const Spectrum& spectrum, const Magnitudes& magnitudes) {
  REQUIRE(spectrum.values.rows() == magnitudes.values.rows());
  REQUIRE(spectrum.values.cols() == magnitudes.values.cols());
  const auto sizes = magnitudes.values.all();
  const auto bins = spectrum.values.all();
  double worst = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double wanted = sizes[i] < 1e-20f ? 0 : sizes[i];
    const double size = std::abs(std::complex<double>(bins[i]));
    if (wanted == 0) {
      worst = std::max(worst, size);
    } else {
      worst = std::max(worst, std::abs(size / wanted - 1));
    }
  }
  CHECK(worst <= 1e-5);
  for (std::size_t m = 0; m < spectrum.count(); ++m) {
    CHECK(spectrum.values.row(m).front().imag() == 0);
    CHECK(spectrum.values.row(m).back().imag() == 0);
  }
}

}  // namespace

TEST_CASE("Every preset keeps the magnitudes, and DC and Nyquist real, in every framing") {
  for (const auto& stft : framings()) {
    const auto magnitudes = analyse(stft, 4000);
    for (const auto name : phase_presets()) {
      INFO(name << " at " << stft.size << "/" << stft.hop);
      check_sizes(reconstruct(copy(magnitudes), preset(name)).value(), magnitudes);
    }
  }
}

TEST_CASE("Few frames, silence and extreme magnitudes") {
  for (const auto& stft : framings()) {
    for (const auto name : phase_presets()) {
      INFO(name << " at " << stft.size << "/" << stft.hop);
      for (const int frames : {1, 2, 3, 5}) {
        const auto magnitudes = noise(stft, frames, 1e-3, 1e2);
        check_sizes(reconstruct(copy(magnitudes), preset(name)).value(), magnitudes);
      }
      const auto silence = noise(stft, 6, 1e-30, 1e-29);
      check_sizes(reconstruct(copy(silence), preset(name)).value(), silence);
      const auto extreme = noise(stft, 9, 1e-19, 1e15);
      check_sizes(reconstruct(copy(extreme), preset(name)).value(), extreme);
    }
  }
}

TEST_CASE("Flushing subnormals to zero changes no bit") {
  for (const auto& stft : framings()) {
    const auto magnitudes = noise(stft, 9, 1e-22, 1e-8);
    for (const auto name : phase_presets()) {
      INFO(name << " at " << stft.size << "/" << stft.hop);
      const auto kept = reconstruct(copy(magnitudes), preset(name)).value();
      const FlushToZero flush;
      CHECK(same_bits(reconstruct(copy(magnitudes), preset(name)).value().values, kept.values));
    }
  }
}

TEST_CASE("Each method reaches its usual consistency") {
  // Consistency in dB; each bound is 2 or 3 dB below what was measured, so that only a broken method falls below it.
  const auto magnitudes = analyse({.size = 1024, .hop = 256}, 30000);
  const auto quality = [&](std::string_view name) {
    PhaseConfig config;
    REQUIRE(phase_preset(name, config));
    return consistency(reconstruct(copy(magnitudes), config).value()).value();
  };
  const double spsi = quality("spsi"), pghi = quality("pghi"), fast = quality("fast"), music = quality("music");
  const double griffin_lim = quality("griffin-lim"), best = quality("best");
  CAPTURE(spsi, pghi, fast, music, griffin_lim, best);
  CHECK(spsi >= 14);
  CHECK(pghi >= 12);
  CHECK(fast >= 15);
  CHECK(music >= 15);
  CHECK(griffin_lim >= 22);
  CHECK(best >= 26);
}

TEST_CASE("Griffin-Lim never loses consistency, and momentum gains") {
  const auto magnitudes = analyse({.size = 256, .hop = 64}, 12000);
  const auto quality = [&](int iterations, double momentum) {
    const PhaseConfig config{
        .stages = {{.method = PhaseMethod::griffin_lim, .iterations = iterations, .momentum = momentum}}};
    return consistency(reconstruct(copy(magnitudes), config).value()).value();
  };
  double last = 0;
  for (const int iterations : {1, 2, 4, 8, 16, 32}) {
    const double now = quality(iterations, 0);
    CHECK(now >= last);  // Griffin & Lim 1984, section III: the distance never grows
    last = now;
  }
  CHECK(quality(32, 0.99) > last + 1);
}

TEST_CASE("A single pass recovers a sinusoid") {
  // A parabola through three magnitudes (spsi) and a Gaussian in place of the window (pghi) limit it to 14 to 30 dB.
  StftConfig stft{.size = 512, .hop = 128};
  std::vector<float> sine(20000);
  for (std::size_t i = 0; i < sine.size(); ++i) {
    sine[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 0.0503 * static_cast<double>(i)));
  }
  const auto window = GENERATE(Window::hann, Window::sqrt_hann, Window::hamming, Window::blackman);
  stft.window = window;
  const auto magnitudes = Stft(stft).magnitudes(sine).value();
  for (const auto* name : {"spsi", "pghi"}) {
    INFO(name << ", " << window_name(window));
    CHECK(consistency(reconstruct(copy(magnitudes), preset(name)).value()).value() >= 12);
  }
}

TEST_CASE("Consistency is high for the spectrum of a signal and low for others") {
  const StftConfig stft{.size = 256, .hop = 64};
  const auto samples = glide(8000);
  auto spectrum = Stft(stft).transform(samples).value();
  CHECK(consistency(spectrum).value() >= 110);  // single precision: 1e-7 of the norm is 140 dB
  for (auto& bin : spectrum.values.all()) bin = std::abs(bin);
  CHECK(consistency(spectrum).value() <= 5);
}

TEST_CASE("Only the phases of a start are used, not its magnitudes") {
  const StftConfig stft{.size = 256, .hop = 64};
  const auto samples = glide(8000);
  auto start = Stft(stft).transform(samples).value();
  const auto wanted = magnitudes(start).value();
  for (auto& bin : start.values.all()) bin *= 0.25f;
  const PhaseConfig config{.stages = {{.method = PhaseMethod::griffin_lim}}};
  const auto spectrum = reconstruct(copy(wanted), config, &start).value();
  check_sizes(spectrum, wanted);
  CHECK(consistency(spectrum).value() >= 100);  // consistent from the start: one iteration changes nothing
}

TEST_CASE("Step by step, progress rises to 1, and the spectrum can be read in between") {
  const auto magnitudes = analyse({.size = 512, .hop = 128}, 60000);
  for (const auto name : phase_presets()) {
    INFO(name);
    PhaseConfig config;
    REQUIRE(phase_preset(name, config));
    auto reconstruction = Reconstruction::create(copy(magnitudes), config).value();
    CHECK(reconstruction.progress() == 0);
    double last = 0;
    bool looked = false;
    while (!reconstruction.step()) {
      CHECK(reconstruction.progress() >= last);
      CHECK(reconstruction.progress() <= 1);
      last = reconstruction.progress();
      if (!looked && last > 0.3) check_sizes(reconstruction.spectrum(), magnitudes);
      looked |= last > 0.3;
    }
    CHECK(reconstruction.progress() == 1);
    const auto spectrum = std::move(reconstruction).take();
    CHECK(same_bits(spectrum.values, reconstruct(copy(magnitudes), config).value().values));
  }
}

TEST_CASE("Input that cannot be reconstructed is refused") {
  const StftConfig stft{.size = 64, .hop = 16};
  PhaseConfig good;
  REQUIRE(phase_preset("fast", good));
  const auto message = [&](Magnitudes magnitudes, const PhaseConfig& config, const Spectrum* start = nullptr) {
    const auto made = Reconstruction::create(std::move(magnitudes), config, start);
    return made ? std::string() : made.error().message;
  };
  auto bad = noise(stft, 4, 1, 2);
  CHECK(message(copy(bad), good).empty());
  for (const float value : {std::nanf(""), -1.0f, std::numeric_limits<float>::infinity(), 2e15f}) {
    bad.values(2, 5) = value;
    CHECK_THAT(message(copy(bad), good), Catch::Contains("frame 2, bin 5"));
  }
  bad.values(2, 5) = 1;
  CHECK_THAT(message({stft, {}, 0}, good), Catch::Contains("frames"));
  CHECK_THAT(message({stft, Array2<float>::create(3, 5).value(), 0}, good), Catch::Contains("bins"));
  CHECK_THAT(message({{.size = 64, .hop = 64}, Array2<float>::create(3, 33).value(), 0}, good), Catch::Contains("hop"));
  CHECK_THAT(message({{.size = 8192, .hop = 16}, Array2<float>::create(3, 4097).value(), 0}, good),
             Catch::Contains("64 windows"));

  Spectrum start{stft, Array2<std::complex<float>>::create(3, 33).value(), 0};
  CHECK_THAT(message(copy(bad), good, &start), Catch::Contains("start"));
  start.values = Array2<std::complex<float>>::create(4, 33).value();
  start.values(1, 2) = {0, std::nanf("")};
  CHECK_THAT(message(copy(bad), good, &start), Catch::Contains("frame 1, bin 2"));

  const auto with = [](PhaseStage stage) { return PhaseConfig{.stages = {stage}}; };
  CHECK_THAT(message(copy(bad), {}), Catch::Contains("stages"));
  CHECK_THAT(message(copy(bad), with({.iterations = 0})), Catch::Contains("iterations"));
  CHECK_THAT(message(copy(bad), with({.method = PhaseMethod::pghi, .iterations = 2})), Catch::Contains("iterations"));
  CHECK_THAT(message(copy(bad), with({.alpha = -1})), Catch::Contains("alpha"));
  CHECK_THAT(message(copy(bad), with({.beta = std::nan("")})), Catch::Contains("beta"));
  CHECK_THAT(message(copy(bad), with({.method = PhaseMethod::griffin_lim, .momentum = 3})),
             Catch::Contains("momentum"));
  PhaseConfig far = good;
  far.look_ahead = 65;
  CHECK_THAT(message(copy(bad), far), Catch::Contains("look_ahead"));
  PhaseConfig unknown;
  CHECK_FALSE(phase_preset("loud", unknown));
}
