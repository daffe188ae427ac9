#include "training/adam.hpp"

#include <cmath>

namespace lodestone {

void Adam::lay_out(Arena& arena, std::uint64_t count) { moments_ = arena.take<float>(2 * count); }

void Adam::step(std::span<const std::span<float>> parameters, std::span<const std::span<float>> gradients, double scale,
                double learning_rate, double weight_decay) {
  powers.mean_left *= 0.9;
  powers.variance_left *= 0.999;
  const auto step_size = static_cast<float>(learning_rate / (1 - powers.mean_left));
  const auto correction = static_cast<float>(1 / std::sqrt(1 - powers.variance_left));
  float* means = moments_.data();
  float* variances = means + moments_.size() / 2;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    training_kernels().adam({parameters[i].size(), parameters[i].data(), gradients[i].data(), means, variances,
                             static_cast<float>(scale), static_cast<float>(weight_decay), step_size, correction});
    means += parameters[i].size();
    variances += parameters[i].size();
  }
}

}  // namespace lodestone
