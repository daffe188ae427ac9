#include <catch2/catch.hpp>

#include "training/plain_gradient.hpp"
#include "training/small_sound.hpp"
#include "training/stretches.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

const std::vector<std::uint64_t> clips{10, 7, 0, 8, 12};  // 3, 0, 0, 1 and 5 windows of 7 frames

Result<Trainer> make_trainer(const TrainerConfig& config, std::span<const std::uint64_t> lengths) {
  return Trainer::create(small_sound(37), config, nullptr, lengths);
}

std::string refusal(const TrainerConfig& config, std::span<const std::uint64_t> lengths) {
  const auto trainer = make_trainer(config, lengths);
  return trainer ? "" : trainer.error().message;
}

}  // namespace

TEST_CASE("No window spans two clips") {
  TrainerConfig config = small_config();
  config.batch = 9;  // all of them
  Trainer trainer = make_trainer(config, clips).value();
  REQUIRE(trainer.steps_per_epoch() == 1);
  const Eigen::MatrixXd frames = PlainNetwork::matrix(small_sound(37).values).transpose();
  PlainNetwork plain(trainer.weights().value());
  auto gradient = plain.zeros();
  const double expected = plain.loss(frames, 7, {0, 1, 2, 17, 25, 26, 27, 28, 29}, &gradient);
  CHECK(trainer.step() == Approx(expected).epsilon(1e-6));
}

TEST_CASE("The last windows of all clips are held out") {
  TrainerConfig config = small_config();
  config.batch = 3;
  config.validation = 0.6 * 0.5;  // 3 of 9 windows, the last of the last clip
  Trainer trainer = make_trainer(config, clips).value();
  CHECK(trainer.steps_per_epoch() == 2);
  trainer.step();
  trainer.step();
  const Magnitudes sound = small_sound(37);
  auto predictor = Predictor::create(trainer.network(), trainer.weights().value(), Mode::window).value();
  double sum = 0;
  for (std::size_t m = 25; m < 36; ++m) {
    const auto prediction = predictor.process(sound.values.row(m));
    if (m + 1 < 34) continue;
    for (std::size_t k = 0; k < 9; ++k) sum += std::pow(prediction[k] - sound.values(m + 1, k), 2);
  }
  CHECK(trainer.validation_losses()[0] == Approx(sum / (3 * 9)).epsilon(1e-5));
}

TEST_CASE("No stretch spans two clips, and each clip starts from a zero state") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.batch = 8;
  config.stretch = 4;
  Trainer trainer = make_trainer(config, clips).value();
  // The clips that have a window.
  const std::vector<Clip> list{{0, 10}, {17, 8}, {25, 12}};
  const Stretches stretches = Stretches::create(list, 8, 4).value();
  REQUIRE(trainer.steps_per_epoch() == static_cast<int>(stretches.count()));
  const Eigen::MatrixXd frames = PlainNetwork::matrix(small_sound(37).values).transpose();
  std::vector<std::vector<PlainNetwork::State>> states(2);
  std::size_t fresh = 0;
  for (std::size_t i = 0; i < stretches.count(); ++i) {
    PlainNetwork plain(trainer.weights().value());
    std::vector<PlainNetwork::Stretch> lanes;
    for (std::size_t lane = 0; lane < 2; ++lane) {
      const Stretch& stretch = stretches.step(i)[lane];
      lanes.push_back({stretch.start, stretch.length});
      if (stretch.fresh) states[lane] = plain.zero_state();
      fresh += stretch.fresh;
    }
    auto gradient = plain.zeros();
    const double expected = plain.loss(frames, lanes, states, &gradient);
    INFO("step " << i);
    CHECK(trainer.step() == Approx(expected).epsilon(1e-6));
  }
  CHECK(fresh > 2);  // also within a lane
}

TEST_CASE("A stretch may reach into another one that comes before it") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.sequence = 1;
  config.batch = 12;
  config.stretch = 6;
  Trainer trainer = Trainer::create(small_sound(14), config, nullptr, std::vector<std::uint64_t>{3, 11}).value();
  trainer.step();
  const Stretches stretches = Stretches::create({{0, 3}, {3, 11}}, 12, 6).value();
  REQUIRE(stretches.step(1)[0].start == 3);
  REQUIRE(stretches.step(1)[1].start == 0);  // the frames after it are the first ones of the other lane
  PlainNetwork plain(trainer.weights().value());
  auto gradient = plain.zeros();
  std::vector<std::vector<PlainNetwork::State>> states(2, plain.zero_state());  // both clips begin
  plain.loss(PlainNetwork::matrix(small_sound(14).values).transpose(), {{3, 6}, {0, 2}}, states, &gradient);
  trainer.step();
  CHECK(gradient_error(trainer.gradients().value(), gradient) < 2e-5);  // float32 sums of some hundred terms
}

TEST_CASE("Clips that do not add up to the frames, or are too short, are refused") {
  TrainerConfig config = small_config();
  CHECK(refusal(config, clips) == "");
  CHECK(refusal(config, std::vector<std::uint64_t>{10, 20}) == "the clips add up to 30 frames; expected 37");
  CHECK(refusal(config, std::vector<std::uint64_t>{7, 7, 7, 7, 9}) ==
        "the 5 clips are too short: they have 2 windows of 7 frames (0.8 s with the frame after them); a batch of 4 "
        "windows of 7 frames needs 4");
}

TEST_CASE("Ten thousand clips can be learned") {
  TrainerConfig config = small_config();
  config.training = GENERATE(Training::windows, Training::sequence);
  config.batch = 64;
  const std::vector<std::uint64_t> many(10000, 8);
  Trainer trainer = Trainer::create(small_sound(80000), config, nullptr, many).value();
  CHECK(std::isfinite(trainer.step()));
}
