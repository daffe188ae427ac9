#include "training/adam.hpp"

#include <cmath>

namespace lodestone {

void Adam::lay_out(Arena& arena, std::uint64_t count) {
  means_ = arena.take<float>(count);
  variances_ = arena.take<float>(count);
}

void Adam::step(std::span<const std::span<float>> parameters, std::span<const std::span<float>> gradients, double scale,
                double learning_rate, double weight_decay) {
  mean_left_ *= 0.9;
  variance_left_ *= 0.999;
  const auto step_size = static_cast<float>(learning_rate / (1 - mean_left_));
  const auto correction = static_cast<float>(1 / std::sqrt(1 - variance_left_));
  std::size_t offset = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    kernels().adam({parameters[i].size(), parameters[i].data(), gradients[i].data(), means_.data() + offset,
                    variances_.data() + offset, static_cast<float>(scale), static_cast<float>(weight_decay), step_size,
                    correction});
    offset += parameters[i].size();
  }
}

}  // namespace lodestone
