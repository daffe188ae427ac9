#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "lodestone/trainer.hpp"
#include "training/schedule.hpp"
#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

std::vector<float> values(Weights weights) {
  std::vector<float> all;
  for (const NamedTensor& tensor : tensors(weights)) all.insert(all.end(), tensor.values.begin(), tensor.values.end());
  return all;
}

/// A network that diverges if steps go in the wrong direction: the last layer's outputs are all equal and cancel out in
/// a Dense layer with huge weights of both signs, until steps make them differ.
Weights fragile() {
  Weights weights = random_weights({9, {6, 6}, 7, Scale::linear}, 1);
  LstmWeights& top = weights.layers[1];
  for (float& value : top.input.all()) value = 0;
  for (float& value : top.recurrent.all()) value = 0;
  for (float& value : top.input_bias) value = 0.1f;
  for (float& value : top.recurrent_bias) value = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    for (std::size_t j = 0; j < 6; ++j) weights.dense_weight(k, j) = j % 2 == 0 ? 1e10f : -1e10f;
  }
  return weights;
}

TrainerConfig fragile_config() {
  TrainerConfig config = small_config();
  config.layers = {6, 6};
  config.weight_decay = 0;
  return config;
}

}  // namespace

TEST_CASE("The learning rate follows its schedule to the end of the last epoch") {
  TrainerConfig config = small_config();
  config.epochs = 3;
  config.warm_up = 4;
  config.decay = 0.1;
  config.learning_rate = 0.01;
  Trainer trainer(small_sound(30), config);
  const auto steps = static_cast<std::uint64_t>(3 * trainer.steps_per_epoch());
  for (std::uint64_t step = 0; step < steps; ++step) {
    CHECK(trainer.ending() == Ending::none);
    CHECK(trainer.status().learning_rate == 0.01 * scheduled_rate(step, steps, 4, 0.1));
    trainer.step();
  }
  CHECK(trainer.ending() == Ending::finished);
  const std::vector<float> done = values(trainer.weights().value());
  trainer.step();  // does nothing
  CHECK(trainer.step_count() == steps);
  CHECK(trainer.epoch() == 3);
  CHECK(values(trainer.weights().value()) == done);
}

TEST_CASE("The size of a step follows the schedule") {
  // Apart from ε, Adam's first step changes every weight by the learning rate, whatever its gradient.
  const auto change = [](int warm_up) {
    TrainerConfig config = small_config();
    config.weight_decay = 0;
    config.learning_rate = 0.01;
    config.warm_up = warm_up;
    Trainer trainer(small_sound(30), config);
    const float before = trainer.weights()->dense_bias[0];
    trainer.step();
    return std::abs(trainer.weights()->dense_bias[0] - before);
  };
  CHECK(change(0) == Approx(0.01).epsilon(1e-3));
  CHECK(change(5) == Approx(0.002).epsilon(1e-3));
}

TEST_CASE("Training ends when the held-out loss has not fallen for a while, with the weights of the best epoch") {
  TrainerConfig config = small_config();
  config.validation = 0.25;
  config.learning_rate = 0.02;  // noise cannot be learned: the held-out loss soon rises
  config.epochs = 1000;
  Trainer whole(small_sound(60), config);
  std::vector<std::vector<float>> after;
  for (int epoch = 0; epoch < 100; ++epoch) {
    for (int i = 0; i < whole.steps_per_epoch(); ++i) whole.step();
    after.push_back(values(whole.weights().value()));
  }
  const auto held_out = whole.validation_losses();
  const auto best = std::min_element(held_out.begin(), held_out.end()) - held_out.begin();
  CHECK(whole.status().best_epoch == best + 1);
  CHECK(values(std::move(whole.model()->weights)) == after[static_cast<std::size_t>(best)]);
  CHECK(values(whole.weights().value()) == after.back());

  config.patience = 7;
  Trainer patient(small_sound(60), config);
  while (patient.ending() == Ending::none) patient.step();
  CHECK(patient.ending() == Ending::stopped_early);
  std::size_t expected = 0;  // the epoch after the first seven in a row that are no better
  for (std::size_t least = 0; expected - least < 7; ++expected) {
    if (held_out[expected] < held_out[least]) least = expected;
    if (expected - least == 7) break;
  }
  CHECK(patient.epoch() == static_cast<int>(expected) + 1);
  CHECK(patient.status().best_epoch == patient.epoch() - 7);
  CHECK(values(std::move(patient.model()->weights)) ==
        after[static_cast<std::size_t>(patient.status().best_epoch - 1)]);
}

TEST_CASE("Residuals are those of the model's weights") {
  TrainerConfig config = small_config();
  config.validation = 0.25;
  config.learning_rate = 0.02;
  config.epochs = 60;
  Trainer trainer(small_sound(60), config);
  std::vector<float> residuals;
  while (trainer.ending() == Ending::none) {
    const int epoch = trainer.epoch();
    trainer.step();
    if (trainer.epoch() == epoch || trainer.status().best_epoch != trainer.epoch()) continue;
    const Model model = trainer.model().value();
    residuals.assign(model.residuals.begin(), model.residuals.end());
  }
  REQUIRE(trainer.status().best_epoch < 60);
  const Model model = trainer.model().value();
  CHECK(std::vector<float>(model.residuals.begin(), model.residuals.end()) == residuals);
}

TEST_CASE("After a loss that is not finite, training goes back and continues at half the rate") {
  TrainerConfig config = fragile_config();
  config.learning_rate = 1;
  const Weights initial = fragile();
  auto trainer = Trainer::create(small_sound(40), config, &initial).value();
  const std::vector<float> before = values(trainer.weights().value());
  int blown = 0;
  while (trainer.epoch() < 3 && trainer.ending() == Ending::none) {
    const std::uint64_t steps = trainer.step_count();
    trainer.step();
    if (trainer.status().rollbacks == blown) {
      CHECK(trainer.step_count() == steps + 1);
      continue;
    }
    ++blown;
    CHECK(trainer.status().rollbacks == blown);
    CHECK(trainer.status().learning_rate == std::ldexp(1.0, -blown));
    CHECK(trainer.step_count() == 0);
    CHECK(values(trainer.weights().value()) == before);
  }
  CHECK(blown > 0);
  REQUIRE(trainer.ending() == Ending::none);
  // As if this had been the learning rate from the start.
  config.learning_rate = trainer.status().learning_rate;
  auto slow = Trainer::create(small_sound(40), config, &initial).value();
  for (int step = 0; step < 24; ++step) slow.step();
  CHECK(slow.status().rollbacks == 0);
  CHECK(values(slow.weights().value()) == values(trainer.weights().value()));
}

TEST_CASE("After a hundred steps training goes back to a later copy, restoring everything") {
  TrainerConfig config = small_config();
  config.training = GENERATE(Training::windows, Training::sequence);
  config.validation = GENERATE(0.0, 0.25);
  Trainer trainer(small_sound(60), config);
  while (trainer.step_count() < 100 || trainer.status().step != trainer.epoch() * trainer.steps_per_epoch())
    trainer.step();
  const int epoch = trainer.epoch();
  const std::uint64_t steps = trainer.step_count();
  Trainer other(small_sound(60), config);
  REQUIRE_FALSE(other.restore(*trainer.state()));
  while (trainer.epoch() == epoch) trainer.step();
  trainer.step();

  // A state with one weight that makes predictions infinite.
  const float bias = trainer.weights()->dense_bias[0], infinite = 3e38f;
  auto state = trainer.state().value();
  const auto* key = reinterpret_cast<const std::byte*>(&bias);
  const auto at = std::search(state.begin(), state.end(), key, key + sizeof bias);
  REQUIRE(at != state.end());
  std::memcpy(at, &infinite, sizeof infinite);
  Trainer broken(small_sound(60), config);
  REQUIRE_FALSE(broken.restore(state));
  broken.step();
  CHECK(broken.status().rollbacks == 1);
  CHECK(broken.step_count() == steps);
  CHECK(broken.epoch() == epoch);
  CHECK(broken.losses().size() == static_cast<std::size_t>(epoch));
  CHECK(broken.validation_losses().size() == static_cast<std::size_t>(config.validation > 0 ? epoch : 0));
  CHECK(values(broken.weights().value()) == values(other.weights().value()));
  CHECK(broken.step() == other.step());  // the same windows
}

TEST_CASE("Training also goes back after a held-out loss that is not finite") {
  TrainerConfig config = small_config();
  config.validation = 0.25;
  Trainer trainer(small_sound(60), config);
  const auto run = [&] {
    REQUIRE(trainer.begin());
    while (trainer.run(0, 1)) {
    }
  };
  while (trainer.epoch() == 0) {
    run();
    trainer.finish();
  }
  run();  // over the held-out windows
  const double nothing = std::nan("");
  std::memcpy(&*(trainer.partial().end() - 2), &nothing, sizeof nothing);
  CHECK(std::isnan(trainer.finish()));
  CHECK(trainer.status().rollbacks == 1);
  CHECK(trainer.epoch() == 0);
  CHECK(trainer.step_count() == 0);
  CHECK(trainer.validation_losses().empty());
}

TEST_CASE("Rollbacks and the best epoch are part of the state") {
  TrainerConfig config = fragile_config();
  config.validation = 0.25;
  config.learning_rate = 1;
  config.epochs = 20;
  config.warm_up = 10;
  config.decay = 0;
  const Weights initial = fragile();
  const auto create = [&] { return Trainer::create(small_sound(60), config, &initial).value(); };
  Trainer unbroken = create(), broken = create();
  while (unbroken.ending() == Ending::none) unbroken.step();
  REQUIRE(unbroken.status().rollbacks > 0);
  for (int step = 0; broken.ending() == Ending::none; ++step) {
    broken.step();
    if (step % 3 != 0) continue;
    Trainer next = create();
    REQUIRE_FALSE(next.restore(*broken.state()));
    broken = std::move(next);
  }
  CHECK(broken.status().rollbacks == unbroken.status().rollbacks);
  CHECK(broken.status().best_epoch == unbroken.status().best_epoch);
  CHECK(broken.ending() == unbroken.ending());
  CHECK(values(std::move(broken.model()->weights)) == values(std::move(unbroken.model()->weights)));
}

TEST_CASE("Training that diverges at every learning rate ends") {
  TrainerConfig config = fragile_config();
  Weights initial = fragile();
  for (float& value : initial.dense_bias) value = 3e38f;
  auto trainer = Trainer::create(small_sound(40), config, &initial).value();
  for (int i = 0; i < 9; ++i) trainer.step();
  CHECK(trainer.ending() == Ending::none);
  trainer.step();
  CHECK(trainer.ending() == Ending::diverged);
  CHECK(trainer.status().rollbacks == 10);
  CHECK(trainer.status().learning_rate == 1e-3 / 1024);
  CHECK(trainer.step_count() == 0);
}

TEST_CASE("Invalid schedule settings are refused, naming the field") {
  const auto refusal = [](auto change) {
    TrainerConfig config = small_config();
    change(config);
    const auto trainer = Trainer::create(small_sound(60), config);
    return trainer ? "" : trainer.error().message;
  };
  using C = TrainerConfig;
  CHECK(refusal([](C& c) { c.epochs = -2; }) ==
        "epochs is -2; allowed: -1 (as many as the sound needs), 0 (no end) to 1000000");
  CHECK(refusal([](C& c) { c.warm_up = -1; }) == "warm_up is -1; allowed: 0 to 1000000 steps");
  CHECK(refusal([](C& c) { c.decay = 1.5; }) == "decay is 1.5; allowed: 0 to 1");
  CHECK(refusal([](C& c) { c.patience = 3; }) == "patience is 3; allowed: 0 if nothing is held out for validation");
}

TEST_CASE("The number of epochs is chosen from the length of the sound") {
  TrainerConfig config = small_config();
  config.epochs = -1;
  CHECK(Trainer(small_sound(60), config).config().epochs == 300);
  Magnitudes sound = small_sound(0);
  sound.values = random_frames(3000, 9, 1);
  config.batch = 8;
  const Trainer trainer(std::move(sound), config);
  REQUIRE(trainer.steps_per_epoch() > 300);
  CHECK(trainer.config().epochs == 7000 / trainer.steps_per_epoch());
  CHECK(trainer.status().steps == trainer.config().epochs * trainer.steps_per_epoch());
}
