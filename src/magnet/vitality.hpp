#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Detects that a network has died: a second of frames that are silent, far too loud or unchanging.
class Vitality {
 public:
  static Result<Vitality> create(const StftConfig& stft);

  /// Takes the next frame `[bins]`; true if the network has died. `loudest`: see Limits.
  bool dead(std::span<const float> frame, float loudest);
  /// Restarts the second.
  void reset() { lifeless_ = 0; }

 private:
  Buffer<float> previous_;
  int patience_ = 1;  ///< frames in a second
  int lifeless_ = 0;  ///< lifeless frames in a row
};

}  // namespace lodestone
