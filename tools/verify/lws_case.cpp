#include "verify/lws_case.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "formats/json.hpp"

namespace lodestone::cli {
namespace {

Error malformed(std::string_view what, std::string_view expected) {
  return {ErrorCode::invalid_data, std::string(what) + ": expected " + std::string(expected)};
}

/// A number in the file as an int; NaN and values out of range become −1, which every check rejects.
int as_int(double value) { return value >= 0 && value <= 1e9 ? static_cast<int>(value) : -1; }

bool parse_kind(std::string_view name, PhaseMethod& method) {
  if (name == "nofuture")
    method = PhaseMethod::nofuture;
  else if (name == "online")
    method = PhaseMethod::online;
  else if (name == "batch")
    method = PhaseMethod::batch;
  else
    return false;
  return true;
}

StftConfig lws_stft(int window_size, int hop) {
  StftConfig config;
  config.size = window_size;
  config.hop = hop;
  config.window = Window::sqrt_hann;
  config.framing = Framing::lws;
  return config;
}

Result<PhaseStage> read_stage(const JsonValue& value) {
  PhaseStage stage;
  if (!parse_kind(value["kind"].string, stage.method)) {
    return malformed("metadata lws: kind", "nofuture, online or batch");
  }
  if (const JsonValue* iterations = value.find("iterations")) stage.iterations = as_int(iterations->number);
  if (const JsonValue* alpha = value.find("alpha")) stage.alpha = alpha->number;
  if (const JsonValue* beta = value.find("beta")) stage.beta = beta->number;
  if (const JsonValue* gamma = value.find("gamma")) stage.gamma = gamma->number;
  return stage;
}

Result<LwsOutput> read_output(const JsonValue& value) {
  LwsOutput output;
  output.name = value["name"].string;
  output.variant = value["variant"].string;
  output.sensitivity = value["rel_env"].number;
  const std::string_view start = value["start"].string;
  output.warm = start == "warm_start";
  if (!output.warm && start != "zero_phase") return malformed("metadata lws: start", "zero_phase or warm_start");
  for (const JsonValue& step : value["steps"]) {
    auto stage = read_stage(step);
    if (!stage) return stage.error();
    output.stages.push_back(*stage);
  }
  return output;
}

/// KIND followed by a number, such as batch30; thresholds are the authors' defaults, or 0 for `dense`.
bool parse_mode_part(std::string_view part, std::vector<PhaseStage>& stages) {
  if (part == "dense") {
    if (stages.empty()) return false;
    stages.back().alpha = 0;
    return true;
  }
  const std::size_t digits = part.find_first_of("0123456789");
  std::int64_t iterations = 0;
  PhaseStage stage;
  if (digits == std::string_view::npos || !parse_kind(part.substr(0, digits), stage.method) ||
      !parse_integer(part.substr(digits), iterations) || iterations < 1 || iterations > 10000) {
    return false;
  }
  stage.iterations = static_cast<int>(iterations);
  stage.alpha = stage.method == PhaseMethod::batch ? 100 : 1;
  stages.push_back(stage);
  return true;
}

/// `speech`, `music`, or stages such as nofuture1_online10 and batch5_dense.
bool parse_mode(std::string_view mode, std::vector<PhaseStage>& stages) {
  PhaseConfig preset;
  if ((mode == "speech" || mode == "music") && phase_preset(mode, preset)) {
    stages = preset.stages;
    return true;
  }
  for (const auto part : split(mode, '_')) {
    if (!parse_mode_part(part, stages)) return false;
  }
  return true;
}

Result<LwsQuality> quality_of(const JsonValue& row) {
  LwsQuality quality;
  quality.signal = row["signal"].string;
  quality.config = row["config"].string;
  quality.mode = row["mode"].string;
  std::int64_t window_size = 0;
  std::int64_t hop = 0;
  const auto sizes = split(quality.config, '_');
  if (sizes.size() != 2 || !parse_integer(sizes[0], window_size) || !parse_integer(sizes[1], hop) ||
      window_size > 65536 || hop > 65536) {
    return malformed("quality: config \"" + quality.config + "\"", "WINDOW_HOP");
  }
  quality.stft = lws_stft(static_cast<int>(window_size), static_cast<int>(hop));
  if (auto error = quality.stft.check()) return *error;
  if (!parse_mode(quality.mode, quality.stages)) {
    return malformed("quality: mode \"" + quality.mode + "\"",
                     "speech, music or stages such as nofuture1_online10, batch5_dense");
  }
  // q2fix contains consistency and spectral convergence.
  const bool corrected = row["q2fix"].kind == JsonValue::Kind::array;
  const JsonValue& reference = corrected ? *row["q2fix"].begin() : row["fixed_consistency_db"];
  if (reference.kind != JsonValue::Kind::number) {
    return malformed("quality", "fixed_consistency_db or q2fix in every row");
  }
  quality.reference = reference.number;
  quality.variant = corrected ? "q2fix" : "fixed";
  for (const JsonValue& perturbed : row["perturbed_consistency_db"])
    quality.spread = std::max(quality.spread, std::fabs(perturbed.number - row["consistency_db"].number));
  return quality;
}

}  // namespace

Result<LwsCase> read_lws_case(const Safetensors& file) {
  const std::string* text = file.find_metadata("lws");
  if (!text) return malformed("metadata", "an entry lws");
  const auto json = Json::read("metadata lws", *text);
  if (!json) return json.error();
  const JsonValue& root = json->root();
  LwsCase found;
  found.stft = lws_stft(as_int(root["window_size"].number), as_int(root["hop"].number));
  if (const JsonValue* look_ahead = root.find("look_ahead")) found.look_ahead = as_int(look_ahead->number);
  if (const JsonValue* range = root.find("weight_range")) found.weight_range = as_int(range->number);
  for (const JsonValue& value : root["outputs"]) {
    auto output = read_output(value);
    if (!output) return output.error();
    found.outputs.push_back(std::move(*output));
  }
  if (auto error = found.stft.check()) return *error;
  if (found.outputs.empty()) return malformed("metadata lws", "at least one output");
  for (const LwsOutput& output : found.outputs) {
    const PhaseConfig config{output.stages, found.look_ahead, found.weight_range};
    if (auto error = config.check()) return *error;
  }
  return found;
}

Result<std::vector<LwsQuality>> read_lws_quality(std::string_view text) {
  const auto json = Json::read("quality", text);
  if (!json) return json.error();
  std::vector<LwsQuality> qualities;
  for (const JsonValue& row : json->root()) {
    auto quality = quality_of(row);
    if (!quality) return quality.error();
    qualities.push_back(std::move(*quality));
  }
  return qualities;
}

bool has_online(const std::vector<PhaseStage>& stages) {
  return std::any_of(stages.begin(), stages.end(), [](const PhaseStage& s) { return s.method == PhaseMethod::online; });
}

bool is_history(const StftConfig& stft, const std::vector<PhaseStage>& stages, std::string_view variant) {
  const bool nofuture =
      std::any_of(stages.begin(), stages.end(), [](const PhaseStage& s) { return s.method == PhaseMethod::nofuture; });
  const int window = stft.window_length();
  if (window == 4 * stft.hop) return nofuture && variant == "asis";
  if (window == 2 * stft.hop) return (nofuture || has_online(stages)) && variant != "q2fix";
  return false;
}

}  // namespace lodestone::cli
