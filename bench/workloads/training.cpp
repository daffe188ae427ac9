#include <cstdint>
#include <memory>

#include "lodestone/random.hpp"
#include "lodestone/trainer.hpp"
#include "models.hpp"
#include "network/weights.hpp"

namespace lodestone::bench {
namespace {

/// Adam does all its work, but moves the weights by less than their last bit: every step is the same.
constexpr double standstill = 1e-12;

struct Training {
  Trainer trainer;
  std::vector<std::int64_t> starts;
  double loss = 0;

  Training(const Sounds& sounds, const std::vector<int>& layers)
      : trainer(frames(sounds),
                {.layers = layers, .sequence = window, .batch = batch, .learning_rate = standstill, .seed = 1}) {
    Random random(2);
    const auto windows = static_cast<std::uint32_t>(frames(sounds).count()) - window;
    while (starts.size() < batch) starts.push_back(random.below(windows));
  }

  void step() { loss = trainer.step_on(starts).value(); }

  /// Of the loss and of all gradients.
  double checksum() const {
    Weights gradients = trainer.gradients().value();
    double sum = loss;
    for (const NamedTensor& tensor : tensors(gradients)) sum += weighted_sum(tensor.values);
    return sum;
  }
};

}  // namespace

void add_training(std::vector<Workload>& all) {
  const struct {
    NamedLayers size;
    double expected;
  } trainings[] = {{size_a, 71.991981}, {size_b, 40.695758}, {size_c, 117.10337}};
  for (const auto& [size, expected] : trainings) {
    all.push_back(
        {std::string("train-step/") + size.name, "step", expected, rounding * expected,
         [layers = size.layers](const Sounds& sounds) -> Prepared {
           auto training = std::make_shared<Training>(sounds, layers);
           return {.units = 1, .run = [=] { training->step(); }, .checksum = [=] { return training->checksum(); }};
         }});
  }
}

}  // namespace lodestone::bench
