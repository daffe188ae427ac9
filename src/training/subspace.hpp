#pragma once

#include <cstdint>
#include <span>

#include "lodestone/network.hpp"
#include "training/stretches.hpp"

namespace lodestone {

/// The leading principal components of a sound's frames, in which a network can learn in place of all bins. With μ the
/// mean frame, V_k the unit eigenvectors of the covariance and σ_k the deviations along them, a frame y (in the
/// network's scale) becomes z_k = V_kᵀ(y − μ) / σ_k, and y ≈ μ + Σ σ_k z_k V_k. Both are linear, so that a network over
/// z folds exactly into one over y.
class Subspace {
 public:
  Subspace() = default;
  /// Of the frames `[frames, bins]` of these clips; afterwards all frames are differences from the mean. At most as
  /// many components as there are bins. Block power iteration from a random start: 8 rounds are enough, because what
  /// lies just inside the subspace matters as little as what lies just outside.
  static Result<Subspace> create(std::span<float> frames, std::uint64_t bins, std::span<const Clip> clips,
                                 std::uint64_t components, std::uint32_t seed);

  std::size_t components() const { return basis_.rows(); }
  std::size_t bins() const { return basis_.cols(); }
  /// Weights of the components in the loss, σ_k scaled to a mean of 1: a compromise between the error of z, where noise
  /// counts as much as sound, and that of y, where only what is loud counts.
  std::span<const float> importance() const { return {importance_.data(), importance_.size()}; }

  /// z `[frames, components]` of differences from the mean `[frames, bins]`.
  Status encode(std::span<const float> differences, std::span<float> z) const;
  /// y `[frames, bins]` of z `[frames, components]`.
  Status decode(std::span<const float> z, std::span<float> frames) const;
  /// The network over all bins that predicts what `inner`, over the components, does.
  Result<Weights> fold(const Weights& inner, const NetworkConfig& outer) const;
  /// The reverse: as near to `outer` as a network over the components gets. Exact for what `fold` made.
  Result<Weights> unfold(const Weights& outer, const NetworkConfig& inner) const;

 private:
  Status find(std::span<const float> differences, std::span<const Clip> clips, std::uint32_t seed);
  Status measure(std::span<const float> differences, std::span<const Clip> clips);
  /// V·y `[frames, components]`.
  Result<Buffer<float>> project(std::span<const float> differences) const;

  Array2<float> basis_;            ///< V `[components, bins]`
  Buffer<float> mean_, variance_;  ///< of each bin; the variance unbiased
  Buffer<float> deviation_;        ///< σ
  Buffer<float> importance_;
};

}  // namespace lodestone
