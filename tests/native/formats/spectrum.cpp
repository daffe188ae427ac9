#include <cmath>

#include "lodestone/random.hpp"
#include "support.hpp"

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

const StftConfig config{
    .size = 16, .hop = 4, .window = Window::sqrt_hann, .framing = Framing::lws, .sample_rate = 8000};

Spectrum sample_spectrum() {
  Spectrum spectrum{config, Array2<std::complex<float>>::create(3, 9).value(), 12};
  Random random(1);
  for (auto& value : spectrum.values.all()) value = {random.uniform() - 0.5f, random.uniform()};
  return spectrum;
}

Magnitudes sample_magnitudes() { return magnitudes(sample_spectrum()).value(); }

std::string replaced(const Bytes& bytes, const std::string& from, const std::string& to) {
  Safetensors file = read_safetensors(bytes).value();
  std::string& json = file.metadata.at(0).second;
  REQUIRE(json.find(from) != std::string::npos);
  json.replace(json.find(from), from.size(), to);
  return text_of(write_safetensors(file).value());
}

}  // namespace

TEST_CASE("Magnitudes and spectra are read back bit for bit") {
  const Magnitudes magnitudes = sample_magnitudes();
  const Magnitudes read = read_magnitudes(write_magnitudes(magnitudes).value()).value();
  CHECK(read.stft == config);
  CHECK(read.samples == 12);
  CHECK(read.count() == 3);
  CHECK(text_of(std::as_bytes(read.values.all())) == text_of(std::as_bytes(magnitudes.values.all())));

  const Spectrum spectrum = sample_spectrum();
  const Spectrum again = read_spectrum(write_spectrum(spectrum).value()).value();
  CHECK(again.stft == config);
  CHECK(again.samples == 12);
  CHECK(text_of(std::as_bytes(again.values.all())) == text_of(std::as_bytes(spectrum.values.all())));
}

TEST_CASE("Magnitudes are also read from a spectrum, but not a spectrum from magnitudes") {
  const Magnitudes expected = sample_magnitudes();
  const Magnitudes read = read_magnitudes(write_spectrum(sample_spectrum()).value()).value();
  CHECK(text_of(std::as_bytes(read.values.all())) == text_of(std::as_bytes(expected.values.all())));
  CHECK_THAT(refusal(read_spectrum(write_magnitudes(expected).value())), Contains("spectrum [frames, 9, 2]"));
}

TEST_CASE("Inconsistent spectrum files are refused") {
  const Bytes file = write_magnitudes(sample_magnitudes()).value();
  const auto refused = [&](const std::string& from, const std::string& to) {
    return refusal(read_magnitudes(bytes_of(replaced(file, from, to))));
  };
  CHECK_THAT(refused("\"size\":16", "\"size\":20"), Contains("expected magnitudes [frames, 11], found [3, 9]"));
  CHECK_THAT(refused("\"samples\":12", "\"samples\":1000000000000"),
             Contains("samples is 1000000000000, but 3 frames cover at most 28"));
  CHECK_THAT(refused("\"samples\":12", "\"samples\":-1"), Contains("samples is -1; allowed: a whole number from 0"));
  CHECK_THAT(refused("\"samples\":12", "\"x\":12"), Contains("samples is missing"));
  CHECK_THAT(refused("\"kind\":\"spectrum\"", "\"kind\":\"model\""), Contains("found kind \"model\""));

  Magnitudes negative = sample_magnitudes();
  negative.values(1, 2) = -1;
  CHECK_THAT(refusal(read_magnitudes(write_magnitudes(negative).value())),
             Contains("magnitudes[11] is -1; allowed: finite values from 0"));
  Spectrum nan = sample_spectrum();
  nan.values(0, 1) = {0, NAN};
  CHECK_THAT(refusal(read_spectrum(write_spectrum(nan).value())), Contains("spectrum[3] is nan"));
  Spectrum huge = sample_spectrum();
  huge.values(0, 0) = {3e38f, 3e38f};
  CHECK_THAT(refusal(read_magnitudes(write_spectrum(huge).value())), Contains("is inf"));
  Magnitudes empty{config, Array2<float>::create(0, 9).value(), 0};
  CHECK_THAT(refusal(read_magnitudes(write_magnitudes(empty).value())), Contains("found [0, 9]"));
}

TEST_CASE("Truncated and damaged spectrum files are refused or read") {
  const std::string magnitudes = text_of(write_magnitudes(sample_magnitudes()).value());
  mistreat(read_magnitudes, magnitudes, magnitudes.size());
  const std::string spectrum = text_of(write_spectrum(sample_spectrum()).value());
  mistreat(read_spectrum, spectrum, 400);
}
