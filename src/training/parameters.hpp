#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lodestone/network.hpp"

namespace lodestone {

/// The values of all tensors.
inline std::vector<std::span<float>> values_of(Weights& weights) {
  std::vector<std::span<float>> all;
  for (const NamedTensor& tensor : tensors(weights)) all.push_back(tensor.values);
  return all;
}

/// The values that Adam updates: all except the running statistics.
inline std::vector<std::span<float>> trainable(Weights& weights) {
  std::vector<std::span<float>> some;
  for (const std::span<float> values : values_of(weights)) {
    const bool running = values.data() == weights.running_mean.data() || values.data() == weights.running_var.data();
    if (!running) some.push_back(values);
  }
  return some;
}

/// The number of values in all tensors.
inline std::uint64_t count_values(const NetworkConfig& network) {
  std::uint64_t values = 0;
  for (const TensorShape& tensor : tensor_shapes(network)) {
    std::uint64_t count = 1;
    for (const std::uint64_t length : tensor.shape) count *= length;
    values += count;
  }
  return values;
}

}  // namespace lodestone
