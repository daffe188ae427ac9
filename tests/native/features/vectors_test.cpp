/// Against NumPy, see tests/vectors/features/make.py.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lodestone/features.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;

namespace {

Array2<float> read(const std::string& name) {
  std::ifstream file(LODESTONE_TEST_DATA "/features/" + name, std::ios::binary);
  const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
  auto bytes = Bytes::create(content.size()).value();
  std::transform(content.begin(), content.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return read_npy(bytes).value();
}

Array2<float> analyse(const AnalyserConfig& config, std::span<const float> samples, std::size_t frames) {
  Analyser analyser(config);
  auto all = Array2<float>::create(frames, analyser.layout().size()).value();
  std::size_t count = 0;
  while (!samples.empty()) {
    samples = samples.subspan(analyser.push(samples));
    while (analyser.next()) {
      REQUIRE(count < frames);
      std::copy(analyser.frame().begin(), analyser.frame().end(), all.row(count++).begin());
    }
  }
  REQUIRE(count == frames);
  return all;
}

using View = std::span<const float>;

float largest(View values) { return *std::max_element(values.begin(), values.end()); }

double distance(View got, View wanted) {
  double most = 0;
  for (std::size_t i = 0; i < got.size(); ++i) most = std::max<double>(most, std::abs(got[i] - wanted[i]));
  return most;
}

void compare(const FeatureLayout& layout, View got, View wanted) {
  const auto part = [](View frame, std::size_t from, std::size_t count) { return frame.subspan(from, count); };
  const auto error = [&](std::size_t feature) { return std::abs(got[feature] - wanted[feature]); };
  const View m = part(wanted, layout.magnitudes(), layout.bins), mel = part(wanted, layout.mel(), layout.mel_bands);

  // The single-precision FFT is accurate to 1.5e-7 of the spectrum; its worst bin may be ten times worse.
  CHECK(distance(part(got, layout.magnitudes(), layout.bins), m) <= 2e-6 * largest(m));
  CHECK(distance(part(got, layout.mel(), layout.mel_bands), mel) <= 2e-6 * largest(mel));
  CHECK(error(FeatureLayout::flux) <= 1e-5 * std::max(largest(m), 1.0f));
  CHECK(error(FeatureLayout::rms) <= 1e-6);
  CHECK(error(FeatureLayout::centroid) <= 1e-5 * wanted[FeatureLayout::centroid]);
  CHECK(error(FeatureLayout::rolloff) <= 1e-6 * wanted[FeatureLayout::rolloff]);

  // The same error in dB: 2e-6 of the largest bin is 0.02 dB of one that lies 60 dB below.
  for (std::size_t k = 0; k < layout.bins; ++k) {
    const std::size_t at = layout.decibels() + k;
    if (m[k] >= 1e-3f * largest(m)) REQUIRE(std::abs(got[at] - wanted[at]) < 0.02);
  }
  CHECK(error(FeatureLayout::onset) < 0.01);
  CHECK(distance(part(got, layout.mfcc(), layout.coefficients), part(wanted, layout.mfcc(), layout.coefficients)) <
        0.02);
  CHECK(error(FeatureLayout::flatness) < 1e-5);

  CHECK(error(FeatureLayout::confidence) < 1e-4);
  if (wanted[FeatureLayout::confidence] > 0.05) {
    CHECK(error(FeatureLayout::pitch) < 1e-4 * wanted[FeatureLayout::pitch]);
  }
}

void compare_with(const std::string& name, const AnalyserConfig& config) {
  const auto signal = read(name + "-signal.npy"), wanted = read(name + "-frames.npy");
  const auto got = analyse(config, signal.all(), wanted.rows());
  REQUIRE(got.cols() == wanted.cols());
  const FeatureLayout layout = Analyser(config).layout();
  for (std::size_t m = 0; m < got.rows(); ++m) {
    CAPTURE(name, m);
    compare(layout, got.row(m), wanted.row(m));
  }
}

}  // namespace

TEST_CASE("Features agree with NumPy", "[features]") {
  compare_with("hann-1024", {.size = 1024, .hop = 512, .sample_rate = 22050});
  compare_with(
      "blackman-960",
      {.size = 960, .hop = 600, .window = Window::blackman, .sample_rate = 48000, .mel_bands = 24, .coefficients = 24});
}
