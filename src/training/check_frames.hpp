#pragma once

#include "training/sampler.hpp"

namespace lodestone {

/// Whether the frames of these clips can be trained on: their shape and values, and whether they fill a batch.
Status check_frames(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config,
                    const Sampler& sampler);

}  // namespace lodestone
