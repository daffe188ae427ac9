#pragma once

#include <cstdint>
#include <span>

#include "lodestone/network.hpp"
#include "lodestone/random.hpp"
#include "training/ledger.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// The leading principal components of a sound's frames, in which a network can learn in place of all bins. With μ the
/// mean frame, V_k the unit eigenvectors of the covariance and σ_k the deviations along them, a frame y (in the
/// network's scale) becomes z_k = V_kᵀ(y − μ) / σ_k, and y ≈ μ + Σ σ_k z_k V_k. Both are linear, so that a network over
/// z folds exactly into one over y.
class Subspace {
 public:
  /// The range of a number of components that is chosen from the sound, and the share of the variance that it keeps
  /// if the range allows.
  static constexpr std::uint64_t fewest = 32, most = 256;
  static constexpr double enough = 0.985;
  /// The most frames from which components are found. Neighbouring frames overlap, so that in a long sound, frames
  /// spread evenly over it say as much as all of them.
  static constexpr std::uint64_t most_frames = 4096;
  /// The most components that `chosen`, the configuration's value, can mean for frames of so many bins.
  static std::uint64_t bound(int chosen, std::uint64_t bins);
  /// Bytes that a subspace takes, and that `create` needs for it with the best of so many frames.
  static std::uint64_t memory(std::uint64_t components, std::uint64_t bins);
  static std::uint64_t memory_to_find(std::uint64_t frames, std::uint64_t components, std::uint64_t bins);

  Subspace() = default;
  /// Of these frames, with as many components as `chosen` says, at most one a frame or bin, as far as they vary.
  static Result<Subspace> create(Array2<float> frames, int chosen, std::uint32_t seed);

  std::size_t components() const { return components_; }
  std::size_t bins() const { return basis_.cols(); }
  /// The share of the variance that lies in the subspace.
  double share() const { return share_; }
  std::span<const float> deviations() const { return {deviation_.data(), components_}; }

  /// z `[frames, components]` of magnitudes `[frames, bins]` (the rest of a frame at their end is ignored), and the sum
  /// of the squares of what lies outside the subspace in each frame.
  Status encode(std::span<const float> magnitudes, Scale scale, std::span<float> z, std::span<float> outside) const;
  /// y `[frames, bins]` of z `[frames, components]`.
  Status decode(std::span<const float> z, std::span<float> frames) const;
  /// The network over all bins, with these components between, that predicts what `inner`, over the components, does.
  Result<Weights> between_bins(const Weights& inner, const NetworkConfig& outer) const;
  /// As near to `outer`, a network without components, as one over the components gets. Exact for what `between_bins`
  /// made, once that is folded.
  Result<Weights> unfold(const Weights& outer, const NetworkConfig& inner) const;

  void keep(Ledger& ledger);

 private:
  struct Search;
  void centre(Array2<float>& frames, Search& search);
  void find(const Array2<float>& differences, std::uint64_t components, Search& search, Random& random);
  void measure(const Array2<float>& differences, Search& search);
  void shorten(int chosen);
  void project(std::size_t frames, const float* differences, Packed& packed, float* to) const;
  std::span<float> basis() { return basis_.all().first(components_ * bins()); }

  std::size_t components_ = 0;
  Array2<float> basis_;            ///< V `[components, bins]`, and rows that are not in use
  Buffer<float> mean_, variance_;  ///< of each bin; the variance unbiased
  Buffer<float> deviation_;        ///< σ
  double share_ = 0;
};

}  // namespace lodestone
