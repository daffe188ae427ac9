#include <catch2/catch.hpp>

#include "training/plain_gradient.hpp"
#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

TEST_CASE("The plain network's gradients agree with finite differences") {
  const NetworkConfig config{3, {3, 2}, 4, Scale::linear};
  const Eigen::MatrixXd frames = PlainNetwork::matrix(random_frames(12, 3, 1)).transpose();
  const std::vector<std::int64_t> starts{0, 3, 4, 7};
  PlainNetwork plain(random_weights(config, 2));
  plain.importance << 0.5, 2, 0;
  auto gradient = plain.zeros();
  const auto over_windows = [&](PlainNetwork::Parameters* into = nullptr) {
    return plain.loss(frames, config.sequence, starts, into);
  };
  std::vector<std::vector<PlainNetwork::State>> states(2, plain.zero_state());
  plain.loss(frames, {{0, 2}, {5, 3}}, states);
  const auto over_stretches = [&](PlainNetwork::Parameters* into = nullptr) {
    auto carried = states;
    return plain.loss(frames, {{2, 3}, {8, 2}}, carried, into);
  };
  const bool windows = GENERATE(true, false);
  const auto loss = [&](PlainNetwork::Parameters* into = nullptr) {
    return windows ? over_windows(into) : over_stretches(into);
  };
  loss(&gradient);
  const auto check = [&](auto& values, const auto& expected) {
    for (Eigen::Index i = 0; i < values.size(); ++i) {
      double& value = values.data()[i];
      const double kept = value, h = 1e-5;
      value = kept + h;
      const double above = loss();
      value = kept - h;
      const double below = loss();
      value = kept;
      // Central differences: h² · third derivative, and 1e-16 / h.
      CHECK((above - below) / (2 * h) == Approx(expected.data()[i]).margin(1e-9).epsilon(1e-6));
    }
  };
  auto& p = plain.parameters;
  check(p.gamma, gradient.gamma);
  check(p.beta, gradient.beta);
  for (std::size_t l = 0; l < 2; ++l) {
    check(p.layers[l].input, gradient.layers[l].input);
    check(p.layers[l].recurrent, gradient.layers[l].recurrent);
    check(p.layers[l].bias, gradient.layers[l].bias);
  }
  check(p.dense, gradient.dense);
  check(p.dense_bias, gradient.dense_bias);
}

TEST_CASE("Sharing frames between windows does not change gradients") {
  struct Case {
    std::vector<int> layers;
    int sequence;
    std::vector<std::int64_t> starts;
  };
  const Magnitudes sound = small_sound(60);
  const Eigen::MatrixXd frames = PlainNetwork::matrix(sound.values).transpose();
  for (const Case& c : {Case{{6, 5}, 7, {0, 1, 2, 3}},        // neighbours
                        Case{{5}, 7, {50, 4, 30, 4, 5, 52}},  // far apart, one twice, not in order, to the last frame
                        Case{{9, 9, 9}, 12, {7, 7}},          // all the same; as many units as bins
                        Case{{4, 17, 3, 8}, 3, {10, 12, 20, 21, 22}},  // four layers
                        Case{{6, 3}, 1, {1, 2, 40}}}) {                // a window of one frame: nothing recurs
    TrainerConfig config = small_config();
    config.layers = c.layers;
    config.sequence = c.sequence;
    config.batch = static_cast<int>(c.starts.size());
    const Weights initial = random_weights({9, c.layers, c.sequence, Scale::linear}, 3);
    Magnitudes copy = small_sound(60);
    Trainer trainer = Trainer::create(std::move(copy), config, &initial).value();
    const double loss = trainer.step_on(c.starts).value();

    PlainNetwork plain(initial);
    auto gradient = plain.zeros();
    const double expected = plain.loss(frames, c.sequence, c.starts, &gradient);
    INFO(c.layers.size() << " layers, sequence " << c.sequence);
    CHECK(loss == Approx(expected).epsilon(1e-6));
    // float32 sums of some hundred terms.
    CHECK(gradient_error(trainer.gradients().value(), gradient) < 2e-5);

    // The running statistics move a tenth of the way to those of all places, with unbiased variance.
    const Weights after = trainer.weights().value();
    const double places = static_cast<double>(c.sequence * c.starts.size());
    for (int k = 0; k < 9; ++k) {
      CHECK(after.running_mean[k] == Approx(0.9 * initial.running_mean[k] + 0.1 * plain.mean[k]).epsilon(1e-6));
      CHECK(after.running_var[k] ==
            Approx(0.9 * initial.running_var[k] + 0.1 * plain.variance[k] * places / (places - 1)).epsilon(1e-6));
    }
  }
}

TEST_CASE("Bins that vary little or not at all keep their variance") {
  Magnitudes sound = small_sound(60);
  for (std::size_t m = 0; m < 60; ++m) {
    sound.values(m, 0) = 1e4f + static_cast<float>(m % 3) / 1024;
    sound.values(m, 1) = 12345.678f;
  }
  const Eigen::MatrixXd frames = PlainNetwork::matrix(sound.values).transpose();
  TrainerConfig config = small_config();
  config.batch = 3;
  Weights initial = random_weights({9, config.layers, config.sequence, Scale::linear}, 3);
  initial.running_var[0] = initial.running_var[1] = 0;  // so that they become a tenth of the batch's
  Trainer trainer = Trainer::create(std::move(sound), config, &initial).value();
  const std::vector<std::int64_t> starts{3, 5, 40};
  REQUIRE(trainer.step_on(starts));
  PlainNetwork plain(initial);
  plain.loss(frames, config.sequence, starts, nullptr);
  const Weights after = trainer.weights().value();
  const double places = 3.0 * config.sequence;
  CHECK(after.running_var[0] == Approx(0.1 * plain.variance[0] * places / (places - 1)).epsilon(1e-6));
  CHECK(after.running_var[1] == 0.0f);
}

TEST_CASE("Stretches carry the state forward, but no gradient back") {
  struct Case {
    std::vector<int> layers;
    int batch, stretch;
    std::size_t frames;
    std::vector<std::vector<PlainNetwork::Stretch>> steps;  // of an epoch
  };
  for (const Case& c :
       {Case{{6, 5}, 8, 4, 22, {{{0, 4}, {10, 4}}, {{4, 4}, {14, 4}}, {{8, 4}, {18, 3}}}},  // 21 frames, two lanes
        Case{{5}, 6, 2, 13, {{{0, 2}, {4, 2}, {8, 2}}, {{2, 2}, {6, 2}, {10, 2}}}},
        Case{{4, 17, 3}, 5, 5, 13, {{{0, 4}}, {{4, 4}}, {{8, 4}}}},  // one lane
        Case{{6, 3},
             3,
             1,
             9,
             {{{0, 1}, {2, 1}, {5, 1}},
              {{1, 1}, {3, 1}, {6, 1}},  // one frame per step; 8 are 2, 3 and 3, and the first lane continues
              {{2, 1}, {4, 1}, {7, 1}}}}}) {
    TrainerConfig config = small_config();
    config.training = Training::sequence;
    config.sequence = 3;
    config.layers = c.layers;
    config.batch = c.batch;
    config.stretch = c.stretch;
    Trainer trainer(small_sound(c.frames), config);
    REQUIRE(trainer.steps_per_epoch() == static_cast<int>(c.steps.size()));
    const Eigen::MatrixXd frames = PlainNetwork::matrix(small_sound(c.frames).values).transpose();
    std::vector<std::vector<PlainNetwork::State>> states;
    for (const auto& stretches : c.steps) {
      PlainNetwork plain(trainer.weights().value());
      states.resize(std::max(states.size(), stretches.size()), plain.zero_state());
      auto gradient = plain.zeros();
      const double expected = plain.loss(frames, stretches, states, &gradient);
      INFO(c.layers.size() << " layers, batch " << c.batch << ", stretch " << c.stretch);
      CHECK(trainer.step() == Approx(expected).epsilon(1e-6));
      CHECK(gradient_error(trainer.gradients().value(), gradient) < 2e-5);  // as above
    }
    CHECK(trainer.epoch() == 1);
  }
}

TEST_CASE("BatchNorm uses the statistics of all frames that stretches are trained on") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.validation = 0.25;
  Trainer trainer(small_sound(39), config);  // 32 windows; frames 31 to 38 are held out
  for (int i = 0; i < 5; ++i) trainer.step();
  const Weights weights = trainer.weights().value();
  const Eigen::MatrixXd frames = PlainNetwork::matrix(small_sound(39).values).topRows(31);
  for (int k = 0; k < 9; ++k) {
    const double mean = frames.col(k).mean();
    CHECK(weights.running_mean[k] == Approx(mean).epsilon(1e-6));
    CHECK(weights.running_var[k] == Approx((frames.col(k).array() - mean).square().sum() / 30).epsilon(1e-6));
  }
}

TEST_CASE("Clipping scales all gradients to the norm, before the weight decay") {
  TrainerConfig config = small_config();
  config.learning_rate = 1e-3;
  config.weight_decay = 0;
  config.clip_norm = 1e-7;  // so small that Adam's ε of 1e-8 reveals the size of the gradient
  Trainer trainer(small_sound(60), config);
  Weights before = trainer.weights().value();
  trainer.step();
  Weights gradient = trainer.gradients().value(), after = trainer.weights().value();
  double squares = 0;
  for (const NamedTensor& tensor : tensors(gradient)) {
    for (const float value : tensor.values) squares += static_cast<double>(value) * value;
  }
  CHECK(std::sqrt(squares) > 0.01);  // the returned ones are not clipped
  const auto old = tensors(before), now = tensors(after), slope = tensors(gradient);
  double error = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i].name.find("running") != std::string::npos) continue;
    for (std::size_t j = 0; j < old[i].values.size(); ++j) {
      const double g = slope[i].values[j] * config.clip_norm / (std::sqrt(squares) + 1e-6);
      const double expected = old[i].values[j] - config.learning_rate * g / (std::abs(g) + 1e-8);
      error = std::max(error, std::abs(now[i].values[j] - expected));
    }
  }
  CHECK(error < 2e-7);  // rounding of parameters around 1; the steps themselves are up to 1e-3
}
