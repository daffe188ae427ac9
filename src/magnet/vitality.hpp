#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "lodestone/model.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Watches a dream for signs that the network has died: silence, a blow-up, or standing still, each for a second.
class Vitality {
 public:
  static Result<Vitality> create(const Model& model);

  /// Takes the next frame `[bins]`; true when a second of frames has been silent, far too loud, or the same.
  bool dead(std::span<const float> frame);
  /// Starts the second again.
  void reset() { lifeless_ = 0; }

 private:
  Buffer<float> previous_;
  float loudest_ = 0;  ///< largest l2 norm of a frame in training
  int patience_ = 1;   ///< frames in a second
  int lifeless_ = 0;   ///< lifeless frames in a row
};

}  // namespace lodestone
