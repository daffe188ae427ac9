#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace lodestone {

/// The factor of the learning rate at a step: rises linearly over the first `warm_up` steps, then falls along half a
/// cosine to `decay` after the last of `steps` (Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm
/// Restarts", equation 5, without the restarts). `steps` 0: no end, so it stays at 1 after the warm-up. Like PyTorch's
/// LinearLR followed by CosineAnnealingLR.
inline double scheduled_rate(std::uint64_t step, std::uint64_t steps, std::uint64_t warm_up, double decay) {
  if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
  if (steps <= warm_up) return 1;
  const double way = static_cast<double>(std::min(step, steps) - warm_up) / static_cast<double>(steps - warm_up);
  return decay + (1 - decay) * (1 + std::cos(std::numbers::pi * way)) / 2;
}

}  // namespace lodestone
