#include "lodestone/training_run.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "lodestone/formats.hpp"
#include "lodestone/random.hpp"
#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

TrainingConfig small_run() {
  TrainingConfig config;
  config.stft.size = 16;
  config.stft.hop = 4;
  config.stft.sample_rate = 40;
  config.trainer = small_config();
  config.trainer.epochs = 3;
  return config;
}

std::vector<float> noise(std::size_t count, std::uint32_t seed = 1) {
  Random random(seed);
  std::vector<float> samples(count);
  for (float& sample : samples) sample = random.uniform() - 0.5f;
  return samples;
}

/// A model whose predictions are infinite.
Model broken_model(const TrainingConfig& config) {
  Model model = TrainingRun(config, noise(300)).model().value();
  for (float& value : model.weights.dense_bias) value = 3e38f;
  return model;
}

}  // namespace

TEST_CASE("A training run combines a corpus and a trainer, with the same seed and held-out share") {
  TrainingConfig config = small_run();
  config.trainer.seed = 5;
  config.trainer.validation = 0.25;
  config.corpus.copies = 2;
  auto run = TrainingRun::create(config).value();
  REQUIRE_FALSE(run.add(noise(200)));
  REQUIRE_FALSE(run.add(noise(150, 2)));
  REQUIRE_FALSE(run.start());
  while (run.step()) {
  }

  Corpus corpus(config.stft, {.copies = 2, .validation = 0.25, .seed = 5});
  REQUIRE_FALSE(corpus.add(noise(200)));
  REQUIRE_FALSE(corpus.add(noise(150, 2)));
  Magnitudes frames = corpus.take().value();
  TrainerConfig trainer_config = config.trainer;
  trainer_config.validation *= corpus.own_share();
  auto trainer = Trainer::create(std::move(frames), trainer_config, nullptr, corpus.clips()).value();
  while (trainer.begin()) {
    while (trainer.run(0, 1)) {
    }
    trainer.finish();
  }
  CHECK(trainer.epoch() == 3);
  CHECK((state_of(run.trainer()) == state_of(trainer)));
}

TEST_CASE("A run with one clip starts at once, and a model can be trained further") {
  TrainingConfig config = small_run();
  TrainingRun first(config, noise(300));
  CHECK(std::isnan(first.trainer().status().loss));
  first.step();
  CHECK(first.trainer().status().loss > 0);
  while (first.step()) {
  }
  const Model model = first.model().value();

  TrainingConfig further = training_preset("classic").value();
  further.adopt(model);
  CHECK(further.stft == config.stft);
  CHECK(further.trainer.layers == config.trainer.layers);
  CHECK(further.trainer.sequence == config.trainer.sequence);
  further.trainer.batch = 4;
  const ModelView initial(model);
  auto second = TrainingRun::create(further, &initial).value();
  REQUIRE_FALSE(second.add(noise(300)));
  REQUIRE_FALSE(second.start());
  CHECK(second.trainer().weights()->dense_bias[0] == model.weights.dense_bias[0]);
  CHECK(second.add(noise(300))->message == "too late to add a clip: training has started");
  CHECK(second.start()->message == "training has already started");
}

TEST_CASE("The memory for training is known before clips are added") {
  TrainingConfig config = small_run();
  config.corpus.copies = 3;
  config.corpus.copy_pitch = 12;
  auto run = TrainingRun::create(config).value();
  const std::vector<std::uint64_t> lengths{300, 500};
  const std::uint64_t memory = run.memory(lengths);
  CHECK(memory > Trainer::memory(76 + 126, 9, config.trainer));
  REQUIRE_FALSE(run.add(noise(300)));
  REQUIRE_FALSE(run.add(noise(500)));
  const Status refusal = run.start(memory / 8);
  REQUIRE(refusal);
  CHECK(refusal->code == ErrorCode::out_of_memory);
  CHECK(refusal->message.find("training on ") == 0);
  CHECK_FALSE(run.start(memory));  // copies are no longer than expected
}

TEST_CASE("A run reports each event once") {
  TrainingConfig config = small_run();
  SECTION("stopping early") {
    config.trainer.validation = 0.25;
    config.trainer.patience = 3;
    config.trainer.learning_rate = 0.05;
    config.trainer.epochs = 500;
    TrainingRun run(config, noise(300));
    while (run.step()) CHECK_FALSE(run.notice());
    const auto notice = run.notice();
    REQUIRE(notice);
    CHECK(notice->code == TrainingNotice::Code::stopped_early);
    const int last = run.trainer().epoch();
    CHECK(notice->message == "stopped early, after epoch " + std::to_string(last) +
                                 ": the model has the weights of epoch " + std::to_string(last - 3) +
                                 ", where the held-out loss was lowest");
    CHECK_FALSE(run.notice());
    CHECK(run.model());
  }
  SECTION("a sound that is too varied for the most components") {
    config.stft.size = 1024;
    config.stft.hop = 512;
    config.trainer.components = -1;
    TrainingRun run(config, noise(200000));
    run.step();
    const auto notice = run.notice();
    REQUIRE(notice);
    CHECK(notice->code == TrainingNotice::Code::varied);
    CHECK(notice->message.find("256 components hold ") == 0);
    CHECK(notice->message.find("try components 0 (all bins)") != std::string::npos);
    CHECK_FALSE(run.notice());
    TrainingRun again(config, noise(200000));
    REQUIRE_FALSE(again.restore(state_of(run.trainer())));
    CHECK_FALSE(again.notice());
    config.trainer.components = 256;  // who gives the number knows
    CHECK_FALSE(TrainingRun(config, noise(200000)).notice());
  }
  SECTION("going back, and diverging") {
    const Model broken = broken_model(config);
    const auto start = [&] {
      const ModelView initial(broken);
      auto run = TrainingRun::create(config, &initial).value();
      REQUIRE_FALSE(run.add(noise(300)));
      REQUIRE_FALSE(run.start());
      return run;
    };
    TrainingRun run = start();
    CHECK(run.step());
    const auto notice = run.notice();
    REQUIRE(notice);
    CHECK(notice->code == TrainingNotice::Code::rolled_back);
    CHECK(notice->message == "the loss was not finite: back to the end of epoch 0, learning rate 0.0005");
    CHECK_FALSE(run.notice());
    TrainingRun resumed = start();
    REQUIRE_FALSE(resumed.restore(*run.trainer().state()));
    CHECK_FALSE(resumed.notice());
    while (resumed.step()) CHECK(resumed.notice());
    const auto model = resumed.model();
    REQUIRE_FALSE(model);
    CHECK(model.error().code == ErrorCode::invalid_data);
    CHECK(model.error().message.find("training blew up in epoch 1: the loss was not finite ten times in a row") == 0);
  }
}

TEST_CASE("A model with components is rounded as its file stores it, which hardly changes what it predicts") {
  TrainingConfig config = small_run();
  config.trainer.components = 4;
  TrainingRun run(config, noise(300));
  while (run.step()) {
  }
  const Model model = run.model().value(), exact = run.trainer().model().value();
  const Bytes bytes = write_model(model).value();
  CHECK(read_safetensors(bytes)->find("lstm.weight_ih_l0")->dtype == DType::f16);
  CHECK(read_safetensors(bytes)->find("impulses.code"));
  const Model read = read_model(bytes).value();
  auto played = Predictor::create(read.network, read.weights, Mode::stateful).value();
  auto rounded = Predictor::create(model.network, model.weights, Mode::stateful).value();
  auto predictor = Predictor::create(exact.network, exact.weights, Mode::stateful).value();
  for (std::size_t m = 0; m < 20; ++m) {
    const auto frame = exact.impulses.row(m);
    const auto a = predictor.process(frame), b = rounded.process(frame), c = played.process(frame);
    CHECK(std::memcmp(b.data(), c.data(), b.size_bytes()) == 0);
    for (std::size_t k = 0; k < a.size(); ++k) CHECK(a[k] == Approx(b[k]).margin(5e-3));  // float16 weights of about 1
  }

  const ModelView initial(model);
  auto further = TrainingRun::create(config, &initial).value();
  REQUIRE_FALSE(further.add(noise(300)));
  REQUIRE_FALSE(further.start());
  const Model again = further.model().value();
  auto same = Predictor::create(again.network, again.weights, Mode::stateful).value();
  rounded.reset();
  for (std::size_t m = 0; m < 20; ++m) {
    const auto a = same.process(model.impulses.row(m)), b = rounded.process(model.impulses.row(m));
    for (std::size_t k = 0; k < a.size(); ++k) CHECK(a[k] == Approx(b[k]).margin(2e-2));
  }
}

TEST_CASE("Presets are found by name, and models that could not be played are refused") {
  for (const auto name : training_presets()) CHECK_FALSE(training_preset(name)->check());
  CHECK(training_presets()[0] == "quality");
  CHECK(training_preset("quality")->trainer.training == Training::sequence);
  CHECK(training_preset("responsive")->stft.hop == 256);
  CHECK_FALSE(training_preset("classic")->corpus.normalise);
  CHECK(training_preset("best").error().message == "the preset is \"best\"; allowed: quality, responsive, classic");
  TrainingConfig config = small_run();
  config.stft.hop = 16;
  CHECK(TrainingRun::create(config).error().message.find("hop") != std::string::npos);
}
