#include "lodestone/trainer.hpp"
#include "network/magnet_vectors.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

// Tolerances of tests/vectors/README.md: float32 sums in a different order; Adam divides by small numbers.
constexpr double gradient_tolerance = 1e-4;
constexpr double loss_tolerance = 1e-4;
constexpr double parameter_tolerance = 1e-3;

Trainer trainer_for(const MagnetVectors& vectors) {
  Magnitudes sound;
  sound.stft.size = 2 * (vectors.config.bins - 1);
  sound.stft.hop = sound.stft.size / 4;
  sound.values = vectors.matrix("frames");
  TrainerConfig config;
  config.layers = vectors.config.layers;
  config.sequence = vectors.config.sequence;
  config.batch = vectors.number("batch");
  config.weight_decay = vectors.weight_decay();
  const Weights initial = vectors.weights("initial");
  return Trainer::create(std::move(sound), config, &initial).value();
}

void check_weights(const std::string& what, Weights actual, Weights expected, double tolerance) {
  auto theirs = tensors(expected);
  auto ours = tensors(actual);
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    INFO(what << " " << ours[i].name);
    CHECK(difference(ours[i].values, theirs[i].values) < tolerance);
  }
}

}  // namespace

TEST_CASE("A step gives PyTorch's predictions and gradients") {
  for (const std::string& name : magnet_names) {
    const MagnetVectors vectors(name);
    Trainer trainer = trainer_for(vectors);
    REQUIRE(trainer.step_on(vectors.starts().row(0)));
    INFO(name);
    CHECK(difference(trainer.predictions().all(), vectors.matrix("step1/prediction").all()) < gradient_tolerance);
    Weights gradient = trainer.gradients().value();
    for (const NamedTensor& tensor : tensors(gradient)) {
      if (tensor.name.find("running") != std::string::npos) continue;
      INFO(tensor.name);
      CHECK(difference(tensor.values, vectors.values("step1/grad/" + tensor.name)) < gradient_tolerance);
    }
  }
}

TEST_CASE("Twenty steps give PyTorch's losses, parameters and running statistics") {
  for (const std::string& name : magnet_names) {
    const MagnetVectors vectors(name);
    Trainer trainer = trainer_for(vectors);
    const auto starts = vectors.starts();
    const auto losses = vectors.losses();
    for (std::size_t step = 0; step < 20; ++step) {
      const double loss = trainer.step_on(starts.row(step)).value();
      INFO(name << ", step " << step + 1);
      CHECK(loss == Approx(losses[step]).epsilon(loss_tolerance));
      if (step == 0)
        check_weights(name + " after 1 step", trainer.weights().value(), vectors.weights("after1"),
                      parameter_tolerance);
    }
    check_weights(name + " after 20 steps", trainer.weights().value(), vectors.weights("after20"), parameter_tolerance);
  }
}
