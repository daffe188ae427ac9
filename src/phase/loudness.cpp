#include "phase/loudness.hpp"

#include <algorithm>
#include <cmath>

#include "phase/lattice.hpp"

namespace lodestone {

Loudness::Loudness(const Array2<float>& magnitudes) {
  double sum = 0;
  for (const float value : magnitudes.all()) {
    sum += value;
    if (value > 0) ++counts_[octave(value)];
  }
  mean_ = magnitudes.size() > 0 ? sum / static_cast<double>(magnitudes.size()) : 0;
}

int Loudness::octave(double magnitude) {
  constexpr int lowest = -68;  // 1e-20
  return std::clamp(std::ilogb(magnitude) - lowest, 0, 127);
}

double Loudness::above(double threshold) const {
  if (threshold > kLargestMagnitude) return 0;
  double count = 0;
  for (int i = threshold > 0 ? octave(threshold) : 0; i < 128; ++i) count += counts_[i];
  return count;
}

}  // namespace lodestone
