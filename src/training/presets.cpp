#include "errors/message.hpp"
#include "lodestone/training_run.hpp"

namespace lodestone {
namespace {

constexpr std::string_view names[] = {"quality", "responsive", "classic"};

/// Settings for dreams that sustain themselves; docs/quality.md has the measurements.
TrainingConfig on_stretches(int size, int hop) {
  TrainingConfig config;
  config.stft.size = size;
  config.stft.hop = hop;
  config.trainer.training = Training::sequence;
  config.trainer.epochs = 1000;
  config.trainer.batch = 128;
  config.trainer.stretch = 8;
  config.trainer.feedback = 1;
  config.trainer.learning_rate = 4e-3;
  config.trainer.decay = 0.05;
  config.trainer.weight_decay = 0;
  config.trainer.scale = Scale::log1p;
  return config;
}

TrainingConfig classic() {
  TrainingConfig config;
  config.corpus.normalise = false;
  config.trainer.epochs = 200;
  config.trainer.clip_norm = 0;
  return config;
}

}  // namespace

// As in js/options.js.
Result<TrainingConfig> training_preset(std::string_view name) {
  if (name == names[0]) return on_stretches(2048, 512);
  if (name == names[1]) return on_stretches(512, 128);
  if (name == names[2]) return classic();
  return refused("the preset is {}; allowed: quality, responsive, classic", quoted(name));
}

std::span<const std::string_view> training_presets() { return names; }

}  // namespace lodestone
