#pragma once

#include "training/sampler.hpp"

namespace lodestone {

/// Whether frames in these clips can be learned: their shape and values, and enough of them for one batch.
Status check_frames(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config,
                    const Sampler& sampler);

}  // namespace lodestone
