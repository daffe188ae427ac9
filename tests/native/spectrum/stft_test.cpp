#include "lodestone/stft.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "noise.hpp"
#include "vectors.hpp"

using namespace lodestone;

namespace {

constexpr Window kWindows[] = {Window::hann,    Window::hann_symmetric, Window::sqrt_hann,
                               Window::hamming, Window::blackman,       Window::rectangular};
constexpr Framing kFramings[] = {Framing::centered, Framing::none, Framing::lws};

/// The signal with the padding that the framing implies: frame m is padded[m·hop .. m·hop + size).
std::vector<double> padded(const StftConfig& config, const std::vector<float>& samples) {
  const int size = config.size, length = config.window_length(), hop = config.hop;
  const auto last = static_cast<std::ptrdiff_t>(samples.size()) - 1;
  std::vector<double> result;
  if (config.framing == Framing::centered) {
    for (std::ptrdiff_t i = -size / 2; i <= last + size / 2; ++i) {
      result.push_back(samples[i < 0 ? -i : i > last ? 2 * last - i : i]);
    }
    return result;
  }
  const int margin = (size - length) / 2;
  if (config.framing == Framing::none) return {samples.begin(), samples.end()};
  const int front = length % hop == 0 ? length - hop : length - length % hop;
  result.resize(margin + front);
  result.insert(result.end(), samples.begin(), samples.end());
  // The last window is the last that reaches a sample.
  const auto windows = (front + last) / hop + 1;
  result.resize(margin + (windows - 1) * hop + length + size - margin - length);
  return result;
}

struct Naive {
  std::size_t frames;
  double error, largest;  ///< of all bins of all frames
};

/// Compares a spectrum with the definition, in double precision.
Naive compare(const Spectrum& spectrum, const std::vector<float>& samples) {
  const auto& config = spectrum.stft;
  const int size = config.size, length = config.window_length();
  const auto signal = padded(config, samples);
  std::vector<double> window(length);
  fill_window(config.window, window);
  if (config.framing == Framing::lws && config.window == Window::sqrt_hann) {
    const auto raw = window;
    for (int n = 0; n < length; ++n) {
      double sum = 0;
      for (int i = n % config.hop; i < length; i += config.hop) sum += raw[i] * raw[i];
      window[n] /= std::sqrt(sum);
    }
  }
  Naive naive{(signal.size() - size) / config.hop + 1, 0, 0};
  for (std::size_t m = 0; m < std::min(naive.frames, spectrum.count()); ++m) {
    for (int k = 0; k <= size / 2; ++k) {
      std::complex<double> sum;
      for (int i = 0; i < length; ++i) {
        const int n = (size - length) / 2 + i;
        sum += window[i] * signal[m * config.hop + n] *
               std::polar(1.0, -2 * std::numbers::pi * (static_cast<long>(k) * n % size) / size);
      }
      naive.error = std::max(naive.error, std::abs(sum - std::complex<double>(spectrum.values(m, k))));
      naive.largest = std::max(naive.largest, std::abs(sum));
    }
  }
  return naive;
}

/// The summed squared window at every sample of the signal.
std::vector<double> window_sum(const StftConfig& config, std::size_t samples, std::size_t frames) {
  std::vector<double> window(config.window_length()), sum(samples);
  fill_window(config.window, window);
  const int length = config.window_length(), margin = (config.size - length) / 2, hop = config.hop;
  const int lead = config.framing == Framing::centered ? config.size / 2 - margin
                   : config.framing == Framing::none   ? -margin
                                                       : (length + hop - 1) / hop * hop - hop;
  for (std::size_t m = 0; m < frames; ++m) {
    for (int i = 0; i < length; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(m * hop) - lead + i;
      if (at >= 0 && at < static_cast<std::ptrdiff_t>(samples)) sum[at] += window[i] * window[i];
    }
  }
  return sum;
}

/// The largest error of signal → spectrum → signal where the sum is at least 1e-3 of its maximum.
double identity_error(const StftConfig& config, const std::vector<float>& samples) {
  auto stft = Stft::create(config).value();
  const auto spectrum = stft.transform(samples).value();
  const auto back = stft.inverse(spectrum).value();
  REQUIRE(back.size() == samples.size());
  const auto sum = window_sum(config, samples.size(), spectrum.count());
  const double least = 1e-3 * *std::max_element(sum.begin(), sum.end());
  double error = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (sum[i] >= least) error = std::max(error, std::abs(double{back[i]} - samples[i]));
  }
  return error;
}

}  // namespace

TEST_CASE("Magnitudes agree with torch.stft", "[stft]") {
  struct Case {
    const char* file;
    int size, hop;
  };
  for (const auto& [file, size, hop] :
       {Case{"stft/drums-512-128.safetensors", 512, 128}, Case{"stft/piano-2048-512.safetensors", 2048, 512}}) {
    CAPTURE(file);
    const VectorFile vectors(file);
    const auto expected = vectors.floats("magnitudes");
    Stft stft({.size = size, .hop = hop});
    const auto magnitudes = stft.magnitudes(vectors.floats("signal")).value();
    REQUIRE(magnitudes.values.size() == expected.size());
    const double largest = *std::max_element(expected.begin(), expected.end());
    double error = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      error = std::max(error, std::abs(double{magnitudes.values.data()[i]} - expected[i]));
    }
    CHECK(error <= 1e-5 * largest);  // the tolerance that the vectors state
  }
}

TEST_CASE("Every frame agrees with the definition", "[stft]") {
  for (auto framing : kFramings) {
    for (auto window : kWindows) {
      for (auto [size, length, hop] : {std::array{64, 64, 16}, {64, 33, 16}, {60, 0, 23}, {26, 25, 25}, {32, 2, 1}}) {
        for (std::size_t samples : {size + 0, 150, 160, 161}) {
          const StftConfig config{
              .size = size, .window_size = length, .hop = hop, .window = window, .framing = framing};
          CAPTURE(size, length, hop, samples, window_name(window), framing_name(framing));
          const auto signal = noise(samples);
          Stft stft(config);
          const auto spectrum = stft.transform(signal).value();
          const auto naive = compare(spectrum, signal);
          REQUIRE(spectrum.count() == naive.frames);
          REQUIRE(spectrum.count() == stft.frames(samples));
          // Rounding of single precision.
          REQUIRE(naive.error <= 5e-7 * naive.largest);
        }
      }
    }
  }
}

TEST_CASE("The inverse recovers the signal", "[stft]") {
  // Full-scale white noise is the hardest signal for a bound that is relative to full scale. Hops from a sixteenth of
  // the window to the largest that can be inverted, including fractional overlaps; full and shorter windows; sizes for
  // either FFT.
  for (auto framing : kFramings) {
    for (auto window : kWindows) {
      for (auto [size, length] : {std::array{1024, 1024}, {2048, 1024}, {2048, 2048}, {1470, 1001}}) {
        std::vector<int> hops{length / 16, length / 4, length * 3 / 10, length / 3, length / 2, length * 5 / 7};
        StftConfig config{.size = size, .window_size = length, .hop = length, .window = window, .framing = framing};
        while (config.check_invertible()) --config.hop;
        hops.push_back(config.hop);
        for (int hop : hops) {
          config.hop = hop;
          if (config.check_invertible()) continue;
          CAPTURE(size, length, hop, window_name(window), framing_name(framing));
          CHECK(identity_error(config, noise(20000 + 7 * hop)) <= 1e-6);
        }
      }
    }
  }
}

TEST_CASE("Signals with fewer frames than overlap are recovered too", "[stft]") {
  // Windows whose squares stay above the floor, so that every sample counts.
  for (auto framing : kFramings) {
    for (auto window : {Window::hamming, Window::rectangular}) {
      for (int hop : {5, 16}) {
        const StftConfig config{.size = 64, .hop = hop, .window = window, .framing = framing};
        const int shortest = framing == Framing::centered ? 33 : framing == Framing::none ? 64 : 1;
        for (int samples = shortest; samples < shortest + 40; ++samples) {
          CAPTURE(hop, samples, window_name(window), framing_name(framing));
          REQUIRE(identity_error(config, noise(samples)) <= 1e-6);
        }
      }
    }
  }
}

TEST_CASE("The first frames alone give the first samples", "[stft]") {
  // They reach less than half a window, so their output begins with the reflection before the signal.
  Stft stft({.size = 64, .hop = 5, .window = Window::rectangular});
  const auto samples = noise(200);
  const auto whole = stft.transform(samples).value();
  Spectrum first{whole.stft, Array2<std::complex<float>>::create(3, whole.values.cols()).value(), 0};
  std::copy_n(whole.values.data(), first.values.size(), first.values.data());
  const auto back = stft.inverse(first).value();
  REQUIRE(back.size() == 10);
  for (std::size_t i = 0; i < back.size(); ++i) CHECK(back[i] == Approx(samples[i]).margin(1e-6));
}

TEST_CASE("A spectrum of unknown length gives what its frames determine", "[stft]") {
  const auto samples = noise(10000);
  const auto length_of = [&](const StftConfig& config) {
    auto stft = Stft::create(config).value();
    auto spectrum = stft.transform(samples).value();
    spectrum.samples = 0;
    return std::pair(spectrum.count(), stft.inverse(spectrum)->size());
  };
  CHECK(length_of({}) == std::pair<std::size_t, std::size_t>(20, 19 * 512));
  CHECK(length_of({.framing = Framing::none}) == std::pair<std::size_t, std::size_t>(16, 15 * 512 + 2048));
  CHECK(length_of({.framing = Framing::lws}) == std::pair<std::size_t, std::size_t>(23, 23 * 512 - 1536));

  Stft stft(StftConfig{});
  CHECK(stft.inverse(Spectrum{{}, Array2<std::complex<float>>::create(0, 1025).value(), 0})->size() == 0);
  CHECK(stft.inverse(Spectrum{{}, Array2<std::complex<float>>::create(1, 1025).value(), 0})->size() == 0);
}

TEST_CASE("Signals that give no frame are refused, stating the length needed", "[stft]") {
  const auto refusal = [](const StftConfig& config, std::vector<float> samples) {
    auto stft = Stft::create(config).value();
    const auto spectrum = stft.transform(samples);
    REQUIRE_FALSE(spectrum);
    CHECK(spectrum.error().code == ErrorCode::invalid_data);
    CHECK_FALSE(stft.magnitudes(samples));
    CHECK(stft.frames(samples.size()) == 0);
    return spectrum.error().message;
  };
  CHECK(refusal({}, {}) == "the signal has 0 samples; at least 1025 are needed for framing centered with size 2048");
  CHECK(refusal({}, {0.5f}) ==
        "the signal has 1 samples; at least 1025 are needed for framing centered with size 2048");
  CHECK(refusal({.framing = Framing::none}, std::vector<float>(2047)) ==
        "the signal has 2047 samples; at least 2048 are needed for framing none with size 2048");
  CHECK(refusal({.framing = Framing::lws}, {}) ==
        "the signal has 0 samples; at least 1 are needed for framing lws with size 2048");

  Stft shortest(StftConfig{});
  CHECK(shortest.transform(std::vector<float>(1025))->count() == 3);
  Stft lws({.framing = Framing::lws});
  CHECK(lws.transform(std::vector<float>(1))->count() == 4);
}

TEST_CASE("Samples and spectra that are not finite are refused, stating where", "[stft]") {
  Stft stft(StftConfig{});
  auto samples = noise(5000);
  for (float bad : {NAN, INFINITY, -INFINITY, 1e38f}) {
    samples[17] = bad;
    CHECK(stft.transform(samples).error().message == "sample 17 is not finite or exceeds 1e30");
    CHECK_FALSE(stft.magnitudes(samples));
  }
  samples[17] = 1e30f;
  auto spectrum = stft.transform(samples).value();
  for (const auto& bin : spectrum.values.all()) REQUIRE(std::isfinite(std::abs(bin)));
  samples[17] = 0;
  spectrum = stft.transform(samples).value();
  spectrum.values(3, 5) = {0, NAN};
  CHECK(stft.inverse(spectrum).error().message == "the spectrum is not finite or exceeds 1e30 at frame 3, bin 5");
}

TEST_CASE("Spectra that do not match the configuration are refused", "[stft]") {
  Stft stft(StftConfig{});
  auto spectrum = stft.transform(noise(5000)).value();
  spectrum.samples = 6000;
  CHECK(stft.inverse(spectrum).error().message == "the spectrum has 10 frames; a signal of 6000 samples has 12");
  spectrum.samples = 5000;
  spectrum.stft.hop = 256;
  CHECK_FALSE(stft.inverse(spectrum));
  spectrum.stft.hop = 512;
  spectrum.values = Array2<std::complex<float>>::create(10, 1024).value();
  CHECK(stft.inverse(spectrum).error().message == "the spectrum has 1024 bins; size 2048 needs 1025");
}

TEST_CASE("Lengths are counted in 64 bits", "[stft]") {
  Stft stft({.size = 16, .hop = 1});
  CHECK(stft.frames(std::uint64_t{1} << 40) == (std::uint64_t{1} << 40) + 1);
  Stft none({.size = 16, .hop = 3, .framing = Framing::none});
  CHECK(none.frames((std::uint64_t{3} << 40) + 16) == (std::uint64_t{1} << 40) + 1);
}

TEST_CASE("All-zero audio has an all-zero spectrum", "[stft]") {
  Stft stft(StftConfig{});
  const auto spectrum = stft.transform(std::vector<float>(4000)).value();
  for (const auto& bin : spectrum.values.all()) REQUIRE(bin == std::complex<float>());
  for (float sample : stft.inverse(spectrum).value()) REQUIRE(sample == 0);
}

TEST_CASE("Magnitude, power, phase and decibels of a bin", "[stft]") {
  Spectrum spectrum{{.size = 16, .hop = 4}, Array2<std::complex<float>>::create(1, 9).value(), 77};
  auto row = spectrum.values.row(0);
  row[0] = {3, -4};
  row[1] = {-2, 0};
  row[2] = {0, 1e-3f};
  row[3] = {1e-21f, 0};
  row[4] = {2e25f, 0};

  const auto sizes = magnitudes(spectrum).value();
  CHECK(sizes.stft == spectrum.stft);
  CHECK(sizes.samples == 77);
  CHECK(sizes.values(0, 0) == 5);
  CHECK(sizes.values(0, 1) == 2);
  CHECK(sizes.values(0, 3) == 0);  // below 1e-20
  CHECK(sizes.values(0, 4) == 2e25f);

  const auto powers = power(spectrum).value();
  CHECK(powers.values(0, 0) == 25);
  CHECK(powers.values(0, 3) == 0);
  CHECK(powers.values(0, 4) == std::numeric_limits<float>::max());  // finite

  const auto phases = phase(spectrum).value();
  CHECK(phases.values(0, 0) == Approx(std::atan2(-4.0, 3.0)));
  CHECK(phases.values(0, 1) == Approx(std::numbers::pi));
  CHECK(phases.values(0, 2) == Approx(std::numbers::pi / 2));
  CHECK(phases.values(0, 5) == 0);

  const auto levels = decibels(sizes, 5, -100).value();
  CHECK(levels.values(0, 0) == 0);
  CHECK(levels.values(0, 1) == Approx(20 * std::log10(0.4)));
  CHECK(levels.values(0, 2) == Approx(-73.9794));
  CHECK(levels.values(0, 5) == -100);
  CHECK(decibels(sizes)->values(0, 5) == -120);
  CHECK_FALSE(decibels(sizes, 0));
  CHECK_FALSE(decibels(sizes, NAN));
  CHECK_FALSE(decibels(sizes, 1, -INFINITY));
}
