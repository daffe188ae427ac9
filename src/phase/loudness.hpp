#pragma once

#include <array>

#include "lodestone/array.hpp"

namespace lodestone {

/// The loudness of the bins: their mean, and roughly how many lie above a threshold.
class Loudness {
 public:
  explicit Loudness(const Array2<float>& magnitudes);

  double mean() const { return mean_; }
  /// The number of bins above the threshold, to within an octave.
  double above(double threshold) const;

 private:
  static int octave(double magnitude);

  std::array<double, 128> counts_{};  ///< non-zero bins, by octave
  double mean_ = 0;
};

}  // namespace lodestone
