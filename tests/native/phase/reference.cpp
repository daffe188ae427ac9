#include "reference.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "formats/json.hpp"
#include "spectrum/analysis_window.hpp"
#include "spectrum/fft.hpp"
#include "spectrum/framing.hpp"

using namespace lodestone;

namespace reference {
namespace {

PhaseMethod method(const std::string& kind) {
  if (kind == "nofuture") return PhaseMethod::nofuture;
  if (kind == "online") return PhaseMethod::online;
  REQUIRE(kind == "batch");
  return PhaseMethod::batch;
}

int integer(const JsonValue& value) { return static_cast<int>(value.integer); }

const TensorView& tensor(const Safetensors& file, const std::string& name) {
  const auto* found = file.find(name);
  INFO(name);
  REQUIRE(found != nullptr);
  return *found;
}

Array2<std::complex<float>> complex_matrix(const TensorView& view) {
  auto matrix = Array2<std::complex<float>>::create(view.shape[0], view.shape[1]).value();
  const auto values = to_floats(view).value();
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.all()[i] = {values[2 * i], values[2 * i + 1]};
  return matrix;
}

/// Defect 1 affects no-future at Q = 4, defect 2 the first estimate at Q = 2; other variants are corrected.
bool is_history(const Output& output, const std::string& variant, int overlap) {
  if (variant == "q2fix") return false;
  for (const auto& stage : output.config.stages) {
    if (stage.method == PhaseMethod::nofuture && overlap == 4 && variant != "fixed") return true;
    if (stage.method != PhaseMethod::batch && overlap == 2) return true;
  }
  return false;
}

Output output(const JsonValue& value) {
  Output output;
  output.name = value["name"].string;
  output.warm = value["start"].string == "warm_start";
  output.envelope = value["rel_env"].number;
  for (const JsonValue& step : value["steps"]) {
    output.config.stages.push_back({.method = method(std::string(step["kind"].string)),
                                    .iterations = integer(step["iterations"]),
                                    .alpha = step["alpha"].number,
                                    .beta = step["beta"].number,
                                    .gamma = step["gamma"].number});
  }
  return output;
}

}  // namespace

Bytes read(const std::string& path) {
  std::ifstream file(std::string(LODESTONE_TEST_DATA) + "/" + path, std::ios::binary | std::ios::ate);
  INFO(path);
  REQUIRE(file);
  auto bytes = Bytes::create(static_cast<std::uint64_t>(file.tellg())).value();
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

StftConfig framing(int size, int hop) {
  return {.size = size, .hop = hop, .window = Window::sqrt_hann, .framing = Framing::lws};
}

Case load(const Bytes& bytes) {
  const auto file = read_safetensors(bytes).value();
  const auto* text = file.find_metadata("lws");
  REQUIRE(text != nullptr);
  const Json json = Json::read("lws", *text).value();
  const JsonValue& root = json.root();
  Case loaded;
  loaded.magnitudes.stft = framing(integer(root["window_size"]), integer(root["hop"]));
  loaded.weight_range = integer(root["weight_range"]);
  loaded.look_ahead = integer(root["look_ahead"]);
  const StftConfig stft = loaded.magnitudes.stft;
  const auto& view = tensor(file, "magnitudes");
  loaded.magnitudes.values = Array2<float>::create(view.shape[0], view.shape[1]).value();
  const auto values = to_floats(view).value();
  std::copy(values.begin(), values.end(), loaded.magnitudes.values.all().begin());
  if (const auto* warm = file.find("warm_start")) loaded.warm_start = {stft, complex_matrix(*warm), 0};
  for (const JsonValue& value : root["outputs"]) {
    auto& output = loaded.outputs.emplace_back(reference::output(value));
    output.config.look_ahead = loaded.look_ahead;
    output.config.weight_range = loaded.weight_range;
    output.history = is_history(output, std::string(value["variant"].string), stft.size / stft.hop);
    const auto spectrum = complex_matrix(tensor(file, output.name + "/spectrum"));
    output.spectrum.assign(spectrum.all().begin(), spectrum.all().end());
    const auto bits = to_integers(tensor(file, output.name + "/bits")).value();
    output.bits.assign(bits.begin(), bits.end());
  }
  REQUIRE_FALSE(loaded.outputs.empty());
  return loaded;
}

std::vector<float> signal(const std::string& name) {
  const auto bytes = read("lws/signals.safetensors");
  const auto file = read_safetensors(bytes).value();
  const auto values = to_floats(tensor(file, name)).value();
  return {values.begin(), values.end()};
}

std::vector<Quality> quality() {
  const auto bytes = read("lws/quality.json");
  const Json json = Json::read("quality", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
  std::vector<Quality> all;
  for (const JsonValue& value : json.root()) {
    auto& row = all.emplace_back();
    row.signal = value["signal"].string;
    row.config = value["config"].string;
    row.mode = value["mode"].string;
    row.consistency = value["fixed_consistency_db"].number;
    const JsonValue& corrected = value["q2fix"];  // takes precedence over the variant with defect 2
    if (corrected.kind == JsonValue::Kind::array) row.consistency = (*corrected.begin()).number;
  }
  for (auto& row : all) REQUIRE(std::sscanf(row.config.c_str(), "%d_%d", &row.size, &row.hop) == 2);
  return all;
}

PhaseConfig mode(const std::string& name) {
  using enum PhaseMethod;
  PhaseConfig config;
  if (phase_preset(name, config)) return config;
  const PhaseStage first{.method = nofuture}, ten{.method = online, .iterations = 10};
  if (name == "nofuture1") config.stages = {first};
  if (name == "online10") config.stages = {ten};
  if (name == "nofuture1_online10") config.stages = {first, ten};
  if (name == "batch5") config.stages = {{.iterations = 5, .alpha = 100}};
  if (name == "batch5_dense") config.stages = {{.iterations = 5, .alpha = 0}};
  if (name == "batch30_dense") config.stages = {{.iterations = 30, .alpha = 0}};
  INFO(name);
  REQUIRE_FALSE(config.stages.empty());
  return config;
}

Magnitudes analyse(std::span<const float> samples, const StftConfig& stft) {
  const Layout layout(stft);
  const auto frames = layout.frames(samples.size());
  const auto window = analysis_window(stft).value();
  auto fft = Fft<double>::create(stft.size).value();
  Magnitudes magnitudes{stft, Array2<float>::create(frames, stft.bins()).value(), 0};
  for (std::uint64_t m = 0; m < frames; ++m) {
    for (int n = 0; n < stft.size; ++n) {
      const auto at = static_cast<std::int64_t>(m) * layout.hop + n - layout.lead;
      fft.samples()[n] = at < 0 || at >= static_cast<std::int64_t>(samples.size()) ? 0 : samples[at] * window[n];
    }
    fft.forward();
    for (int k = 0; k < stft.bins(); ++k) {
      magnitudes.values(m, k) = static_cast<float>(std::abs(fft.bins()[k]));
    }
  }
  return magnitudes;
}

}  // namespace reference
