#pragma once

#include <span>
#include <vector>

#include "lodestone/network.hpp"
#include "vector/packed.hpp"

namespace lodestone {

/// Weights in the form used for inference: BatchNorm folded into the first layer, matrices packed for the kernels. A
/// view of an arena's memory; its layout depends on the configuration only.
struct PackedWeights {
  struct Layer {
    Packed input, recurrent;
    std::span<float> bias;  ///< `[4·hidden]`
  };

  PackedWeights() = default;
  /// Takes its memory from `arena`. `config` must be valid.
  PackedWeights(const NetworkConfig& config, Arena& arena) { lay_out(config, arena); }
  /// The same again, for another number of components: does not allocate.
  void lay_out(const NetworkConfig& config, Arena& arena);

  /// Folds and packs the tensors of such a network; each layer's two biases become one.
  void fill(std::span<const TensorView> trained);

  std::size_t components = 0;
  std::span<float> mean;  ///< to subtract from each frame `[bins]`
  Packed analysis;        ///< from bins to components, if there are any
  std::vector<Layer> layers;
  Packed dense;
  std::span<float> dense_bias;  ///< `[bins]`, or `[components]`
  Packed synthesis;             ///< from components to bins, if there are any
  std::span<float> synthesis_bias;
};

}  // namespace lodestone
