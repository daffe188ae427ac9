#pragma once

#include <algorithm>
#include <span>

#include "lodestone/model.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Whether a model can dream: its parts match, and it has either enough training frames to start from or none.
Status check_dreams(const ModelView& model);

/// The limits of a model's dreams.
struct Limits {
  static constexpr float headroom = 4;     ///< 12 dB above anything in the training sound
  static constexpr float highest = 1e15f;  ///< see Reconstruction

  float ceiling = 0;  ///< of a bin
  float loudest = 0;  ///< largest l2 norm of a training frame

  /// `frames`: the training frames, `[frames, bins]`.
  static Limits of(const ModelView& model, std::span<const float> frames);

  /// Makes a magnitude safe to play and feed back: finite, ≥ 0, never subnormal. NaN becomes 0.
  float tamed(float value) const { return value > 1e-20f ? std::min(value, ceiling) : 0.0f; }
  void tame(std::span<float> values) const {
    for (float& value : values) value = tamed(value);
  }
};

}  // namespace lodestone
