#pragma once

#include "magnet/slot.hpp"

namespace lodestone {

/// The next input of the network: the newest group of the dream blended with the training sound and the driver, a few
/// bins at a time.
struct Feed {
  double place = 0;  ///< row of the training sound, interpolated linearly, for its first frame
  float pull = 0;    ///< share of the training sound
  float drive = 0;   ///< share of the driver in the blend
  std::size_t done = 0;

  /// Writes values first .. last-1 of `input`, which are of one frame, in the network's scale.
  void blend(const Slot& slot, const float* newest, const float* driver, std::size_t first, std::size_t last,
             float* input) const {
    const std::size_t rows = slot.rows(), bins = slot.content().bins(), frame = first / bins;
    const auto row = static_cast<std::size_t>(place);
    const auto part = static_cast<float>(place - static_cast<double>(row));
    const bool pulled = pull > 0 && rows > 0;
    const float* here = slot.content().frame(pulled ? (row + frame) % rows : 0);
    const float* next = slot.content().frame(pulled ? (row + frame + 1) % rows : 0);
    for (std::size_t k = first; k < last; ++k) {
      const std::size_t bin = k - frame * bins;
      float value = newest[k];
      if (pulled) value = (1 - pull) * value + pull * ((1 - part) * here[bin] + part * next[bin]);
      if (drive > 0) value = (1 - drive) * value + drive * driver[k];
      input[k] = slot.limits().tamed(value);
    }
    compress(slot.model.network().scale, {input + first, last - first});
  }
};

}  // namespace lodestone
