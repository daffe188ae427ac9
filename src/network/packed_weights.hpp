#pragma once

#include <span>
#include <vector>

#include "lodestone/network.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Weights in the form used for inference: BatchNorm folded into the first layer, matrices packed for the kernels. A
/// view of an arena's memory; its layout depends on the shape only.
struct PackedWeights {
  struct Layer {
    Packed input, recurrent;
    std::span<float> bias;  ///< `[4·hidden]`
  };

  PackedWeights() = default;
  /// Takes its memory from `arena`. `config` must be valid.
  PackedWeights(const NetworkConfig& config, Arena& arena);

  /// Folds and packs the tensors of such a network; each layer's two biases become one.
  void fill(std::span<const TensorView> trained);

  std::span<float> mean;  ///< to subtract from each frame `[bins]`
  std::vector<Layer> layers;
  Packed dense;
  std::span<float> dense_bias;  ///< `[bins]`
};

}  // namespace lodestone
