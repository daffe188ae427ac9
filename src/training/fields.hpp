#pragma once

#include <limits>

#include "lodestone/trainer.hpp"

namespace lodestone {

/// Calls visit(name, field, least, most, allowed) for every number of a TrainerConfig that affects the result. The
/// checks, the C ABI and the saved state all use this list. The order is that of `trainerFields` in js/options.js.
template <class Config, class Visit>
void visit_fields(Config& config, Visit visit) {
  visit("sequence", config.sequence, 1, 4096, "1 to 4096 frames");
  visit("training", config.training, 0, 1, "0 to 1");
  visit("epochs", config.epochs, 0, 1000000, "0 (no end) to 1000000");
  visit("batch", config.batch, 2, 4096, "2 to 4096");
  visit("run", config.run, 1, 4096, "1 to 4096");          // also at most `batch`: see TrainerConfig::check
  visit("stretch", config.stretch, 1, 4096, "1 to 4096");  // likewise
  visit("feedback", config.feedback, 0, 1, "0 to 1");
  visit("learning_rate", config.learning_rate, 0, 1, "0 to 1");
  visit("warm_up", config.warm_up, 0, 1000000, "0 to 1000000 steps");
  visit("decay", config.decay, 0, 1, "0 to 1");
  visit("weight_decay", config.weight_decay, 0, 1, "0 to 1");
  visit("clip_norm", config.clip_norm, 0, std::numeric_limits<double>::max(), "0 (no clipping) or more");
  visit("validation", config.validation, 0, 0.5, "0 to 0.5 of the windows");
  visit("patience", config.patience, 0, 1000000, "0 (off) to 1000000 epochs");
  visit("scale", config.scale, 0, 1, "0 to 1");
  visit("initialiser", config.initialiser, 0, 1, "0 to 1");
  visit("seed", config.seed, 0, 4294967295.0, "0 to 4294967295");
  visit("keep_impulses", config.keep_impulses, 0, 1, "0 to 1");
}

}  // namespace lodestone
