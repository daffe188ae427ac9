#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "phase/lws_weights.hpp"
#include "reference.hpp"

using namespace lodestone;

// Element by element against the authors' LWS in double precision; the tolerances and their reasons are those of
// tests/vectors/lws/README.md: sweeps amplify rounding, most of all dense and online ones.
namespace {

struct Deviation {
  double magnitude = 0;  ///< largest error of |S|, relative
  double within = 1;     ///< share of the well-conditioned bins within 1e-3
  double largest = 0;    ///< largest error of a well-conditioned bin, relative to its magnitude
  double norm = 0;       ///< relative l2 norm of the difference
};

Deviation compare(const Spectrum& ours, const Magnitudes& magnitudes, const reference::Output& theirs) {
  Deviation deviation;
  double error = 0, power = 0;
  int counted = 0, close = 0;
  for (std::size_t i = 0; i < theirs.spectrum.size(); ++i) {
    const double size = magnitudes.values.all()[i];
    const auto value = std::complex<double>(ours.values.all()[i]);
    const double difference = std::abs(value - std::complex<double>(theirs.spectrum[i]));
    error += difference * difference;
    power += size * size;
    if (size == 0) {
      CHECK(value == 0.0);
      continue;
    }
    deviation.magnitude = std::max(deviation.magnitude, std::abs(std::abs(value) / size - 1));
    if (theirs.bits[i] < 13) continue;
    ++counted;
    close += difference <= 1e-3 * size;
    deviation.largest = std::max(deviation.largest, difference / size);
  }
  if (counted > 0) deviation.within = double(close) / counted;
  deviation.norm = std::sqrt(error / power);
  return deviation;
}

void check_outputs(const std::string& path) {
  const auto bytes = reference::read("lws/" + path + ".safetensors");
  const auto loaded = reference::load(bytes);
  for (const auto& output : loaded.outputs) {
    if (output.history) continue;
    Magnitudes magnitudes{loaded.magnitudes.stft, loaded.magnitudes.values.clone().value(), 0};
    const auto ours =
        reconstruct(std::move(magnitudes), output.config, output.warm ? &loaded.warm_start : nullptr).value();
    const auto deviation = compare(ours, loaded.magnitudes, output);
    INFO(path << "/" << output.name << ": within " << deviation.within << ", largest " << deviation.largest << ", l2 "
              << deviation.norm << " (rel_env " << output.envelope << ")");
    const bool online = std::any_of(output.config.stages.begin(), output.config.stages.end(),
                                    [](const auto& stage) { return stage.method == PhaseMethod::online; });
    CHECK(deviation.magnitude <= 1e-5);
    CHECK(deviation.within >= (online ? 0.99 : 0.999));
    if (online) continue;
    CHECK(deviation.largest <= 5e-3);
    CHECK(deviation.norm <= std::max(4 * output.envelope, 1e-5));
  }
}

double largest_difference(const TensorView& view, std::span<const double> ours) {
  const auto theirs = to_doubles(view).value();
  REQUIRE(theirs.size() == ours.size());
  double largest = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) largest = std::max(largest, std::abs(theirs[i] - ours[i]));
  return largest;
}

void check_weights(const Safetensors& file, const LwsWeights& weights, const std::string& name, LwsKind kind) {
  const auto* view = file.find("weights/" + name);
  if (!view) return;
  std::vector<double> ours;
  for (std::uint64_t q = 0; q < view->shape[0]; ++q) {
    for (std::uint64_t r = 0; r < view->shape[1]; ++r) {
      for (std::uint64_t k = 0; k < view->shape[2]; ++k) {
        const auto weight = weights.weight(kind, int(q), int(r), int(k));
        ours.insert(ours.end(), {weight.real(), weight.imag()});
      }
    }
  }
  INFO(name);
  // Sums of 600 products in double; and the reference skips values up to 1e-12.
  CHECK(largest_difference(*view, ours) <= 1.1e-12);
}

}  // namespace

TEST_CASE("LWS agrees with the authors' element by element") {
  const auto path = GENERATE("a_512_128", "a_512_256", "b_512_128", "d_512_128", "d_600_200", "f_512_128");
  check_outputs(path);
}

TEST_CASE("LWS windows and weights agree with the authors'") {
  const std::string path = GENERATE("a_512_128", "a_512_256", "d_600_200");
  INFO(path);
  const auto bytes = reference::read("lws/" + path + ".safetensors");
  const auto file = read_safetensors(bytes).value();
  const auto loaded = reference::load(bytes);
  const auto windows = lws_windows(loaded.magnitudes.stft).value();
  CHECK(largest_difference(*file.find("windows/awin"), windows.analysis) <= 1e-14);
  CHECK(largest_difference(*file.find("windows/swin"), windows.synthesis) <= 1e-14);
  CHECK(largest_difference(*file.find("windows/win_af"), windows.newest) <= 1e-14);
  const auto weights = LwsWeights::create(loaded.magnitudes.stft, loaded.weight_range).value();
  check_weights(file, weights, "W", LwsKind::full);
  check_weights(file, weights, "W_af", LwsKind::newest);
  const bool corrected = file.find("weights/W_ai_q2fix") != nullptr;
  check_weights(file, weights, corrected ? "W_ai_q2fix" : "W_ai", LwsKind::initial);
  if (!corrected) CHECK(largest_difference(*file.find("windows/win_ai"), windows.initial) <= 1e-14);
}
