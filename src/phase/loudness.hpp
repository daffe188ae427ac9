#pragma once

#include <array>

#include "lodestone/array.hpp"

namespace lodestone {

/// How loud the bins are: their mean, and roughly how many lie above a threshold.
class Loudness {
 public:
  explicit Loudness(const Array2<float>& magnitudes);

  double mean() const { return mean_; }
  /// Bins above the threshold, to within an octave.
  double above(double threshold) const;

 private:
  static int octave(double magnitude);

  std::array<double, 128> counts_{};  ///< bins that are not 0, by octave
  double mean_ = 0;
};

}  // namespace lodestone
