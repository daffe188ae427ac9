#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/phase.hpp"

namespace lodestone {
namespace {

Status check_stage(const PhaseStage& stage, std::string_view place) {
  const bool once = stage.method == PhaseMethod::pghi || stage.method == PhaseMethod::spsi;
  if (once && stage.iterations != 1) return refused("{}iterations is {}; allowed: 1", place, stage.iterations);
  return check_fields(stage, place);
}

}  // namespace

Status PhaseConfig::check() const {
  if (stages.empty()) return refused("stages is empty; allowed: 1 to 100 stages");
  if (stages.size() > 100) return out_of_range("the number of stages", static_cast<double>(stages.size()), "1 to 100");
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (auto error = check_stage(stages[i], sentence("stages[{}].", i))) return error;
  }
  return check_fields(*this);
}

Status PhaseStreamConfig::check() const {
  if (method != PhaseMethod::online && method != PhaseMethod::spsi) {
    return refused("method cannot be used in a phase stream; allowed: online, spsi");
  }
  return check_fields(*this);
}

bool phase_preset(std::string_view name, PhaseConfig& config) {
  for (const PhasePreset& preset : kPhasePresets) {
    if (preset.name != name) continue;
    config = {.stages = {preset.stages.begin(), preset.stages.begin() + preset.count}};
    return true;
  }
  return false;
}

bool phase_stream_preset(std::string_view name, PhaseStreamConfig& config) {
  for (const PhaseStreamPreset& preset : kPhaseStreamPresets) {
    if (preset.name != name) continue;
    config = preset.config;
    return true;
  }
  return false;
}

std::span<const std::string_view> phase_presets() { return kPhasePresetNames; }

}  // namespace lodestone
