#pragma once

#include <cstdint>

#include "lodestone/network.hpp"
#include "lodestone/random.hpp"

namespace lodestone::test {

/// Random weights of moderate size, with BatchNorm statistics that have an effect.
inline Weights random_weights(const NetworkConfig& config, std::uint32_t seed) {
  Random random(seed);
  Weights weights = Weights::create(config).value();
  for (const NamedTensor& tensor : tensors(weights)) {
    const bool positive = tensor.name == "batch_norm.weight" || tensor.name == "batch_norm.running_var";
    for (float& value : tensor.values) value = positive ? 0.5f + random.uniform() : 0.8f * random.uniform() - 0.4f;
  }
  return weights;
}

inline Array2<float> random_frames(std::size_t count, std::size_t bins, std::uint32_t seed) {
  Random random(seed);
  auto frames = Array2<float>::create(count, bins).value();
  for (float& value : frames.all()) value = 2 * random.uniform();
  return frames;
}

}  // namespace lodestone::test
