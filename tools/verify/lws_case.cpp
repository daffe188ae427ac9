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

class CaseVisitor final : public JsonVisitor {
 public:
  LwsCase result;

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty()) return {};
    if (path[0] != "outputs") return path.size() == 1 ? visit_case(path[0], value) : Status{};
    if (path.size() == 1) {
      if (value.kind == JsonValue::Kind::object) result.outputs.emplace_back();
      return {};
    }
    if (result.outputs.empty()) return malformed("metadata lws", "outputs to be a list of objects");
    LwsOutput& output = result.outputs.back();
    if (path[1] != "steps") return path.size() == 2 ? visit_output(path[1], value, output) : Status{};
    if (path.size() == 2) {
      if (value.kind == JsonValue::Kind::object) output.stages.emplace_back();
      return {};
    }
    if (output.stages.empty()) return malformed("metadata lws", "steps to be a list of objects");
    return visit_stage(path[2], value, output.stages.back());
  }

 private:
  Status visit_case(std::string_view key, const JsonValue& value) {
    if (key == "window_size") result.stft.size = as_int(value.number);
    if (key == "hop") result.stft.hop = as_int(value.number);
    if (key == "look_ahead") result.look_ahead = as_int(value.number);
    if (key == "weight_range") result.weight_range = as_int(value.number);
    return {};
  }

  static Status visit_output(std::string_view key, const JsonValue& value, LwsOutput& output) {
    if (key == "name") output.name = value.string;
    if (key == "variant") output.variant = value.string;
    if (key == "rel_env") output.sensitivity = value.number;
    if (key == "start") {
      output.warm = value.string == "warm_start";
      if (!output.warm && value.string != "zero_phase")
        return malformed("metadata lws: start", "zero_phase or warm_start");
    }
    return {};
  }

  static Status visit_stage(std::string_view key, const JsonValue& value, PhaseStage& stage) {
    if (key == "kind" && !parse_kind(value.string, stage.method)) {
      return malformed("metadata lws: kind", "nofuture, online or batch");
    }
    if (key == "iterations") stage.iterations = as_int(value.number);
    if (key == "alpha") stage.alpha = value.number;
    if (key == "beta") stage.beta = value.number;
    if (key == "gamma") stage.gamma = value.number;
    return {};
  }
};

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

class QualityVisitor final : public JsonVisitor {
 public:
  struct Row {
    std::string signal, config, mode;
    double fixed = NAN, asis = NAN;
    std::vector<double> q2fix, perturbed;
  };
  std::vector<Row> rows;

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty()) {
      if (value.kind == JsonValue::Kind::object) rows.emplace_back();
      return {};
    }
    if (rows.empty()) return malformed("quality", "a list of objects");
    Row& row = rows.back();
    const std::string& key = path[0];
    if (value.kind == JsonValue::Kind::string) {
      if (key == "signal") row.signal = value.string;
      if (key == "config") row.config = value.string;
      if (key == "mode") row.mode = value.string;
    } else if (value.kind == JsonValue::Kind::number) {
      if (key == "consistency_db") row.asis = value.number;
      if (key == "fixed_consistency_db") row.fixed = value.number;
      if (key == "q2fix") row.q2fix.push_back(value.number);
      if (key == "perturbed_consistency_db") row.perturbed.push_back(value.number);
    }
    return {};
  }
};

Result<LwsQuality> quality_of(const QualityVisitor::Row& row) {
  LwsQuality quality;
  quality.signal = row.signal;
  quality.config = row.config;
  quality.mode = row.mode;
  std::int64_t window_size = 0;
  std::int64_t hop = 0;
  const auto sizes = split(row.config, '_');
  if (sizes.size() != 2 || !parse_integer(sizes[0], window_size) || !parse_integer(sizes[1], hop) ||
      window_size > 65536 || hop > 65536) {
    return malformed("quality: config \"" + row.config + "\"", "WINDOW_HOP");
  }
  quality.stft = lws_stft(static_cast<int>(window_size), static_cast<int>(hop));
  if (auto error = quality.stft.check()) return *error;
  if (!parse_mode(row.mode, quality.stages)) {
    return malformed("quality: mode \"" + row.mode + "\"",
                     "speech, music or stages such as nofuture1_online10, batch5_dense");
  }
  // q2fix contains consistency and spectral convergence.
  quality.reference = row.q2fix.empty() ? row.fixed : row.q2fix.front();
  quality.variant = row.q2fix.empty() ? "fixed" : "q2fix";
  if (!std::isfinite(quality.reference)) return malformed("quality", "fixed_consistency_db or q2fix in every row");
  for (const double perturbed : row.perturbed)
    quality.spread = std::max(quality.spread, std::fabs(perturbed - row.asis));
  return quality;
}

}  // namespace

Result<LwsCase> read_lws_case(const Safetensors& file) {
  const std::string* text = file.find_metadata("lws");
  if (!text) return malformed("metadata", "an entry lws");
  CaseVisitor visitor;
  visitor.result.stft = lws_stft(0, 0);
  if (auto error = read_json("metadata lws", *text, visitor)) return *error;
  LwsCase found = std::move(visitor.result);
  if (auto error = found.stft.check()) return *error;
  if (found.outputs.empty()) return malformed("metadata lws", "at least one output");
  for (const LwsOutput& output : found.outputs) {
    const PhaseConfig config{output.stages, found.look_ahead, found.weight_range};
    if (auto error = config.check()) return *error;
  }
  return found;
}

Result<std::vector<LwsQuality>> read_lws_quality(std::string_view text) {
  QualityVisitor visitor;
  if (auto error = read_json("quality", text, visitor)) return *error;
  std::vector<LwsQuality> qualities;
  for (const auto& row : visitor.rows) {
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
