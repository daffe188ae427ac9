#pragma once

#include <cstdint>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// A trained sound: everything needed to play it.
struct Model {
  StftConfig stft;  ///< including the sample rate
  NetworkConfig network;
  Weights weights;
  /// Magnitudes of the training sound `[frames, bins]`, linear, already rounded as they are stored in the file; dreams
  /// start from windows of `network.past()` of them. No rows if they were left out for privacy.
  Array2<float> impulses;
  /// How far the sound deviates from the network's predictions, per bin of a group `[group·bins]`: σ, the root mean
  /// square of ln((m + ε) / (m̂ + ε)), 0 to 1, where m̂ is predicted from the `network.past()` frames before, and ε is a
  /// tenth of the bin's root mean square, so that near silence counts little. Measured over at most 64 held-out
  /// windows, or training windows if none are held out. Empty if unknown, as in files from earlier versions.
  Buffer<float> residuals;
  std::vector<float> losses;             ///< mean training loss of each epoch
  std::vector<float> validation_losses;  ///< held-out loss of each epoch; empty without validation

  Result<Model> clone() const;
};

/// A model whose values lie elsewhere, in a Model or in the bytes of a model file, and must stay there.
struct ModelView {
  ModelView() = default;
  ModelView(const Model& model);

  StftConfig stft;
  NetworkConfig network;
  std::vector<TensorView> weights;                  ///< float32 on 4-byte boundaries, in the order of `tensors`
  TensorView impulses{{}, DType::f32, {0, 0}, {}};  ///< `[frames, bins]`, of any type
  TensorView residuals{{}, DType::f32, {0}, {}};    ///< `[group·bins]`, or empty
  std::vector<float> losses, validation_losses;

  std::size_t frames() const { return static_cast<std::size_t>(impulses.shape[0]); }

  /// A model with copies of these values, whose shapes must be those of the network.
  Result<Model> copy() const;
  /// The same, but if the network has components, one without them that predicts the same; see `fold`.
  Result<Model> folded() const;
};

/// Rounds to the nearest float16 in place (ties to even), as the model file stores impulses; returns false and leaves
/// the values unchanged if one exceeds 6e4.
bool round_to_half(std::span<float> values);

/// Rounds what a compact file stores with fewer bits to the values that it can hold: weights and residuals to float16,
/// impulses to steps of 0.43 dB. What exceeds 6e4 stays as it is.
void round_to_compact(Model& model);

}  // namespace lodestone
