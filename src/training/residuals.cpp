#include "training/residuals.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone {

Result<Buffer<float>> residual_spread(const Array2<float>& sound, std::span<const std::int64_t> targets,
                                      const Array2<float>& predicted) {
  constexpr double quiet = 0.1;  // of the root mean square; below it, deviations count little
  constexpr double most = 1;     // 8.7 dB; beyond that the network cannot follow at all
  auto spread = Buffer<float>::create(predicted.cols());
  if (!spread) return spread;
  const auto count = static_cast<double>(targets.size());
  for (std::size_t k = 0; k < spread->size(); ++k) {
    double energy = 0, squares = 0;
    const auto magnitude = [&](std::size_t i) { return sound.row(static_cast<std::size_t>(targets[i])).data()[k]; };
    for (std::size_t i = 0; i < targets.size(); ++i) energy += static_cast<double>(magnitude(i)) * magnitude(i);
    const auto floor = static_cast<float>(quiet * std::sqrt(energy / count));
    if (floor == 0) continue;  // silent throughout: nothing can vary
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const float prediction = std::max(0.0f, predicted(i, k));
      // ln((m + ε) / (m̂ + ε))
      const double difference = std::log1p((magnitude(i) - prediction) / (prediction + floor));
      squares += difference * difference;
    }
    (*spread)[k] = static_cast<float>(std::min(most, std::sqrt(squares / count)));
  }
  return spread;
}

}  // namespace lodestone
