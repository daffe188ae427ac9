#pragma once

#include <span>
#include <vector>

#include "vector/arena.hpp"
#include "vector/kernels.hpp"

namespace lodestone {

/// Adam (Kingma & Ba 2015, algorithm 1) with β 0.9 and 0.999, ε 1e-8; the weight decay is added to the gradient, as in
/// PyTorch.
class Adam {
 public:
  /// For `count` parameters in total. The arena's memory must be zero.
  void lay_out(Arena& arena, std::uint64_t count);

  /// Takes one step. `scale` multiplies the gradients, but not the decay.
  void step(std::span<const std::span<float>> parameters, std::span<const std::span<float>> gradients, double scale,
            double learning_rate, double weight_decay);

  /// The mean gradients of all parameters, followed by the means of their squares.
  std::span<float> moments() { return moments_; }

  struct Powers {
    double mean_left = 1, variance_left = 1;  ///< β₁^t, β₂^t
  } powers;

 private:
  std::span<float> moments_;
};

}  // namespace lodestone
