#pragma once

#include <span>
#include <vector>

#include "lodestone/network.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Weights as inference reads them: BatchNorm folded into the first layer, matrices packed for the kernels. A view of
/// an arena's memory, whose shape alone decides where everything lies.
struct PackedWeights {
  struct Layer {
    Packed input, recurrent;
    std::span<float> bias;  ///< `[4·hidden]`
  };

  PackedWeights() = default;
  /// Takes the next memory of `arena`. `config` must have passed its check.
  PackedWeights(const NetworkConfig& config, Arena& arena);

  /// Folds and packs weights of these shapes; fails only for want of memory.
  Status fill(const Weights& trained);

  std::span<float> mean;  ///< to be subtracted from each frame `[bins]`
  std::vector<Layer> layers;
  Packed dense;
  std::span<float> dense_bias;  ///< `[bins]`
};

}  // namespace lodestone
