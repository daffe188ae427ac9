#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Watches a dream for signs that the network has died: silence, a blow-up, or standing still, each for a second.
class Vitality {
 public:
  static Result<Vitality> create(const StftConfig& stft);

  /// Takes the next frame `[bins]`; true when a second of frames has been silent, far too loud, or the same. `loudest`:
  /// see Limits.
  bool dead(std::span<const float> frame, float loudest);
  /// Starts the second again.
  void reset() { lifeless_ = 0; }

 private:
  Buffer<float> previous_;
  int patience_ = 1;  ///< frames in a second
  int lifeless_ = 0;  ///< lifeless frames in a row
};

}  // namespace lodestone
