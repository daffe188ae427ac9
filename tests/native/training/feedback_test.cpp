#include <algorithm>
#include <catch2/catch.hpp>

#include "network/plain_network.hpp"
#include "training/small_sound.hpp"
#include "training/stretches.hpp"
#include "training/subspace.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

constexpr std::size_t frame_count = 31;

/// What the network reads and predicts (columns): the frames of the sound, or their components.
Eigen::MatrixXd frames_of(const TrainerConfig& config) {
  Array2<float> frames = small_sound(frame_count).values;
  if (config.components == 0) return PlainNetwork::matrix(frames).transpose();
  const Subspace subspace = Subspace::create(frames.clone().value(), config.components, config.seed).value();
  Array2<float> z = Array2<float>::create(frame_count, subspace.components()).value();
  Array2<float> outside = Array2<float>::create(frame_count, 1).value();
  REQUIRE(!subspace.encode(frames.all(), config.scale, z.all(), outside.all()));
  return PlainNetwork::matrix(z).transpose();
}

}  // namespace

TEST_CASE("With feedback, the network reads what it predicted before") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.components = GENERATE(0, 4);
  config.feedback = GENERATE(0.0, 0.3, 1.0);
  config.weight_decay = 0;
  config.learning_rate = 1e-30;  // so that the weights stay as they are
  config.seed = 3;
  const Weights initial = random_weights({9, config.layers, config.sequence, Scale::linear}, 2);
  Trainer trainer = Trainer::create(small_sound(frame_count), config, &initial).value();
  PlainNetwork plain(trainer.weights().value());
  const Eigen::MatrixXd frames = frames_of(config);
  Eigen::MatrixXd heard = frames;
  Stretches stretches = Stretches::create({{0, frame_count}}, 4, 2).value();  // two lanes
  std::vector<std::vector<PlainNetwork::State>> states(2);
  Random random(config.seed);
  double changed = 0;
  for (int epoch = 0; epoch < 4; ++epoch) {
    if (epoch > 0) stretches.lay(random.below(frame_count - 1));
    for (std::size_t step = 0; step < stretches.count(); ++step) {
      REQUIRE(trainer.begin());
      while (trainer.run(0, 1)) {
      }
      trainer.finish();
      std::vector<Eigen::MatrixXd> predicted;
      for (std::size_t lane = 0; lane < 2; ++lane) {
        const Stretch& stretch = stretches.step(step)[lane];
        if (stretch.fresh) states[lane] = plain.zero_state();
        predicted.push_back(plain.predict_all(heard.middleCols(stretch.start, stretch.length), states[lane]));
        for (Eigen::Index t = 0; t < predicted[lane].cols(); ++t) {
          for (Eigen::Index k = 0; k < frames.rows(); ++k) {
            CHECK(trainer.predictions()(static_cast<std::size_t>(2 * t) + lane, static_cast<std::size_t>(k)) ==
                  Approx(predicted[lane](k, t)).epsilon(1e-4).margin(1e-4));
          }
        }
      }
      if (config.feedback == 0) continue;
      for (std::size_t lane = 0; lane < 2; ++lane) {
        const Stretch& stretch = stretches.step(step)[lane];
        const double share = std::min(1.0, 2 * config.feedback * static_cast<double>(random.uniform()));
        const Eigen::MatrixXd targets = frames.middleCols(stretch.start + 1, stretch.length);
        Eigen::MatrixXd mixed = targets + share * (predicted[lane] - targets);
        if (config.components == 0) mixed = mixed.cwiseMax(0);  // magnitudes
        heard.middleCols(stretch.start + 1, stretch.length) = mixed;
      }
    }
    changed = (heard - frames).cwiseAbs().maxCoeff();
  }
  CHECK((changed > 0.1) == (config.feedback > 0));
}
