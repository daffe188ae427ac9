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

/// Calls visit(path, value) for every value of a JSON text; the path's keys are joined by dots.
template <class Visit>
void read_values(std::string_view text, Visit visit) {
  struct Visitor final : JsonVisitor {
    explicit Visitor(Visit& call) : call(call) {}
    Status visit(std::span<const std::string> path, const JsonValue& value) override {
      std::string joined;
      for (const auto& key : path) joined += (joined.empty() ? "" : ".") + key;
      call(joined, value);
      return {};
    }
    Visit& call;
  } visitor(visit);
  REQUIRE_FALSE(read_json("reference", text, visitor));
}

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

/// Defect 1 touches no-future at Q = 4, defect 2 the first estimate at Q = 2; other variants are corrected.
bool is_history(const Output& output, const std::string& variant, int overlap) {
  if (variant == "q2fix") return false;
  for (const auto& stage : output.config.stages) {
    if (stage.method == PhaseMethod::nofuture && overlap == 4 && variant != "fixed") return true;
    if (stage.method != PhaseMethod::batch && overlap == 2) return true;
  }
  return false;
}

/// One value of the metadata entry `lws`.
void take(Case& loaded, std::vector<std::string>& variants, const std::string& path, const JsonValue& value) {
  const bool object = value.kind == JsonValue::Kind::object;
  if (path == "window_size") loaded.magnitudes.stft.size = static_cast<int>(value.integer);
  if (path == "hop") loaded.magnitudes.stft.hop = static_cast<int>(value.integer);
  if (path == "weight_range") loaded.weight_range = static_cast<int>(value.integer);
  if (path == "look_ahead") loaded.look_ahead = static_cast<int>(value.integer);
  if (path == "outputs" && object) {
    loaded.outputs.emplace_back();
    variants.emplace_back();
  }
  if (loaded.outputs.empty()) return;
  auto& output = loaded.outputs.back();
  if (path == "outputs.name") output.name = value.string;
  if (path == "outputs.start") output.warm = value.string == "warm_start";
  if (path == "outputs.rel_env") output.envelope = value.number;
  if (path == "outputs.variant") variants.back() = value.string;
  if (path == "outputs.steps" && object) output.config.stages.emplace_back();
  if (output.config.stages.empty()) return;
  auto& stage = output.config.stages.back();
  if (path == "outputs.steps.kind") stage.method = method(std::string(value.string));
  if (path == "outputs.steps.iterations") stage.iterations = static_cast<int>(value.integer);
  if (path == "outputs.steps.alpha") stage.alpha = value.number;
  if (path == "outputs.steps.beta") stage.beta = value.number;
  if (path == "outputs.steps.gamma") stage.gamma = value.number;
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
  Case loaded;
  std::vector<std::string> variants;
  loaded.magnitudes.stft = framing(0, 0);
  read_values(*text, [&](const std::string& path, const JsonValue& value) { take(loaded, variants, path, value); });
  const StftConfig stft = loaded.magnitudes.stft;
  const auto& view = tensor(file, "magnitudes");
  loaded.magnitudes.values = Array2<float>::create(view.shape[0], view.shape[1]).value();
  const auto values = to_floats(view).value();
  std::copy(values.begin(), values.end(), loaded.magnitudes.values.all().begin());
  if (const auto* warm = file.find("warm_start")) loaded.warm_start = {stft, complex_matrix(*warm), 0};
  REQUIRE_FALSE(loaded.outputs.empty());
  for (std::size_t i = 0; i < loaded.outputs.size(); ++i) {
    auto& output = loaded.outputs[i];
    output.config.look_ahead = loaded.look_ahead;
    output.config.weight_range = loaded.weight_range;
    output.history = is_history(output, variants[i], stft.size / stft.hop);
    const auto spectrum = complex_matrix(tensor(file, output.name + "/spectrum"));
    output.spectrum.assign(spectrum.all().begin(), spectrum.all().end());
    const auto bits = to_integers(tensor(file, output.name + "/bits")).value();
    output.bits.assign(bits.begin(), bits.end());
  }
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
  std::vector<Quality> all;
  bool corrected = false;  // a value of q2fix goes before that of the variant with defect 2
  read_values({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
              [&](const std::string& path, const JsonValue& value) {
                if (path.empty() && value.kind == JsonValue::Kind::object) {
                  all.emplace_back();
                  corrected = false;
                }
                if (all.empty()) return;
                auto& row = all.back();
                if (path == "signal") row.signal = value.string;
                if (path == "config") row.config = value.string;
                if (path == "mode") row.mode = value.string;
                if (value.kind != JsonValue::Kind::number || corrected) return;
                if (path == "fixed_consistency_db") row.consistency = value.number;
                if (path != "q2fix") return;
                row.consistency = value.number;
                corrected = true;
              });
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
