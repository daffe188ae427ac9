#pragma once

#include <cstdint>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// A sound that has been learned: everything needed to play it.
struct Model {
  StftConfig stft;  ///< with the sample rate
  NetworkConfig network;
  Weights weights;
  /// Magnitudes of the training sound `[frames, bins]`, linear, already rounded as the file stores them; dreams
  /// start from windows of `network.sequence` of them. No rows where they were left out for privacy.
  Array2<float> impulses;
  /// How far the sound strays from what the network predicts, per bin `[bins]`: σ, the root mean square of
  /// ln((m + ε) / (m̂ + ε)), 0 to 1, with m̂ predicted from the `network.sequence` frames before m and ε a tenth of
  /// the bin's root mean square, so that near silence counts little. Over held-out windows, over windows trained on
  /// where none is held out; over at most 64 of them. Empty where unknown, as in files from earlier versions.
  Buffer<float> residuals;
  std::vector<float> losses;             ///< mean training loss of each epoch
  std::vector<float> validation_losses;  ///< held-out loss of each epoch; empty without validation

  Result<Model> clone() const;
};

/// Rounds to the nearest float16 in place (ties to even), as the model file stores impulses; leaves them in float32 and
/// returns false when one exceeds 6e4.
bool round_to_half(std::span<float> values);

}  // namespace lodestone
