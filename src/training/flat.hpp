#pragma once

#include <algorithm>
#include <span>

namespace lodestone {

/// Copies arrays of floats one after another.
inline void flatten(std::span<const std::span<float>> arrays, std::span<float> flat) {
  float* end = flat.data();
  for (const std::span<float> array : arrays) end = std::copy(array.begin(), array.end(), end);
}

/// The reverse.
inline void unflatten(std::span<const float> flat, std::span<const std::span<float>> arrays) {
  const float* next = flat.data();
  for (const std::span<float> array : arrays) {
    std::copy_n(next, array.size(), array.begin());
    next += array.size();
  }
}

}  // namespace lodestone
