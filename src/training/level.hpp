#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace lodestone {

/// The mean square of the blocks above the gate; 0 if there are none.
inline double gated_mean_square(std::span<const float> samples, std::size_t block, double gate) {
  double sum = 0;
  std::size_t counted = 0;
  while (!samples.empty()) {
    const auto piece = samples.first(std::min(block, samples.size()));
    double energy = 0;
    for (const float sample : piece) energy += static_cast<double>(sample) * sample;
    if (energy > gate * static_cast<double>(piece.size())) {
      sum += energy;
      counted += piece.size();
    }
    samples = samples.subspan(piece.size());
  }
  return counted > 0 ? sum / static_cast<double>(counted) : 0;
}

/// The gain that brings a clip to the level described at Corpus; 1 if it is silent or not finite.
inline float normalising_gain(std::span<const float> samples, double sample_rate) {
  constexpr double level = 0.1;     // −20 dBFS
  constexpr double silence = 1e-9;  // −90 dBFS, above 16-bit noise
  constexpr double pause = 0.1;     // −10 dB
  const auto block = static_cast<std::size_t>(std::max(1.0, 0.4 * sample_rate));
  const double sounding = gated_mean_square(samples, block, silence);
  const double power = gated_mean_square(samples, block, pause * sounding);
  if (sounding == 0 || !std::isfinite(power)) return 1;
  float peak = 0;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  return static_cast<float>(std::min(level / std::sqrt(power), 1.0 / static_cast<double>(peak)));
}

}  // namespace lodestone
