#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

/// The results of a training.
struct Outcome {
  std::vector<float> weights, losses, validation_losses;
  bool operator==(const Outcome& other) const {
    return same_bits(weights, other.weights) && same_bits(losses, other.losses) &&
           same_bits(validation_losses, other.validation_losses);
  }
  static bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
};

Outcome outcome(const Trainer& trainer) {
  Outcome outcome;
  Weights weights = trainer.weights().value();
  for (const NamedTensor& tensor : tensors(weights)) {
    outcome.weights.insert(outcome.weights.end(), tensor.values.begin(), tensor.values.end());
  }
  outcome.losses.assign(trainer.losses().begin(), trainer.losses().end());
  outcome.validation_losses.assign(trainer.validation_losses().begin(), trainer.validation_losses().end());
  return outcome;
}

/// Clips of 30, 5, 20 and 8 frames.
Trainer make_trainer(const TrainerConfig& config) {
  const std::vector<std::uint64_t> clips{30, 5, 20, 8};
  return Trainer::create(small_sound(63), config, nullptr, clips).value();
}

Outcome by_steps(const TrainerConfig& config) {
  Trainer trainer = make_trainer(config);
  while (trainer.ending() == Ending::none) trainer.step();
  return outcome(trainer);
}

Outcome by_threads(TrainerConfig config, int parts) {
  config.threads = parts;
  Trainer trainer = make_trainer(config);
  while (trainer.begin()) {
    std::vector<std::thread> threads;
    for (int part = 0; part < parts; ++part) {
      threads.emplace_back([&trainer, part, parts] {
        while (trainer.run(part, parts)) {
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    trainer.finish();
  }
  return outcome(trainer);
}

/// One trainer per part; they exchange partial sums. All must arrive at the same results.
Outcome by_exchange(const TrainerConfig& config, int parts) {
  std::vector<Trainer> trainers;
  for (int part = 0; part < parts; ++part) trainers.push_back(make_trainer(config));
  for (bool more = true; more;) {
    for (Trainer& trainer : trainers) more = trainer.begin();
    if (!more) break;
    for (int part = 0; part < parts; ++part) {
      while (trainers[part].run(part, parts)) {
      }
    }
    for (int side = 1; side < parts; side *= 2) {
      std::vector<std::vector<float>> sums;
      for (Trainer& trainer : trainers) sums.emplace_back(trainer.partial().begin(), trainer.partial().end());
      for (int part = 0; part < parts; ++part) trainers[part].add(sums[part ^ side]);
    }
    for (Trainer& trainer : trainers) trainer.finish();
  }
  for (const Trainer& trainer : trainers) REQUIRE(outcome(trainer) == outcome(trainers[0]));
  return outcome(trainers[0]);
}

TrainerConfig three_epochs() {
  TrainerConfig config = small_config();
  config.epochs = 3;
  config.validation = 0.2;
  return config;
}

}  // namespace

TEST_CASE("Any number of parts gives bit-identical results, on threads and in separate trainers") {
  TrainerConfig config = three_epochs();
  SECTION("more windows than shards") { config.batch = 19; }
  SECTION("fewer windows than shards") { config.batch = 3; }
  SECTION("windows of one frame") {
    config.batch = 8;
    config.sequence = 1;
  }
  SECTION("stretches") {
    config.training = Training::sequence;
    config.batch = 12;
  }
  const Outcome whole = by_steps(config);
  REQUIRE(whole.losses.size() == 3);
  REQUIRE(whole.validation_losses.size() == 3);
  for (const int parts : {1, 2, 4, 8}) {
    INFO(parts << " parts");
    CHECK(by_threads(config, parts) == whole);
    CHECK(by_exchange(config, parts) == whole);
  }
}

TEST_CASE("Training ends after its epochs, and its status is correct") {
  TrainerConfig config = three_epochs();
  Trainer trainer = make_trainer(config);  // 23 + 13 + 1 windows, of which 7 are held out
  TrainingStatus status = trainer.status();
  CHECK(status.steps_per_epoch == 7);
  CHECK(status.steps == 21);
  CHECK(status.epoch == 0);
  CHECK(std::isnan(status.loss));
  CHECK(std::isnan(status.validation_loss));
  const std::size_t longest = trainer.partial().size();
  int passes = 0;
  while (trainer.begin()) {
    while (trainer.run(0, 1)) {
    }
    CHECK(trainer.partial().size() == (passes % 8 == 7 ? 2 : longest));
    trainer.finish();
    ++passes;
  }
  CHECK(passes == 3 * (7 + 1));
  status = trainer.status();
  CHECK(status.ending == 1);
  CHECK(status.epoch == 3);
  CHECK(status.step == 21);
  CHECK(status.loss == trainer.losses().back());
  CHECK(status.validation_loss == trainer.validation_losses().back());
  CHECK(std::isnan(trainer.step()));
}

TEST_CASE("A pass that is abandoned, or interrupted by a model, leaves no trace") {
  TrainerConfig config = small_config();
  config.training = GENERATE(Training::windows, Training::sequence);
  config.layers = {300, 200};  // a step takes more than one call of run
  config.batch = 64;
  config.sequence = 40;
  config.stretch = 16;
  Trainer broken(small_sound(200), config), whole(small_sound(200), config);
  bool sliced = false;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(broken.begin());
    sliced = broken.run(0, 1);
    if (i == 1) REQUIRE(broken.model());
    if (i == 2) {
      const auto state = broken.state().value();
      REQUIRE_FALSE(broken.restore(std::span<const std::byte>(state.data(), state.size())));
    }
    broken.step();
    whole.step();
  }
  CHECK(sliced == (config.training == Training::windows));
  CHECK(outcome(broken) == outcome(whole));
}
