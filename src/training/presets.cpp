#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/training_run.hpp"

namespace lodestone {

Result<TrainingConfig> training_preset(std::string_view name) {
  for (const TrainingPreset& preset : kTrainingPresets) {
    if (preset.name != name) continue;
    TrainingConfig config;
    for (const auto& [field, value] : preset.settings) {
      set_field(config.stft, field, value) || set_field(config.corpus, field, value) ||
          set_field(config.trainer, field, value);
    }
    return config;
  }
  return refused("the preset is {}; allowed: {}", quoted(name), listed(kTrainingPresetNames));
}

std::span<const std::string_view> training_presets() { return kTrainingPresetNames; }

}  // namespace lodestone
