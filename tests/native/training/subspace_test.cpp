#include "training/subspace.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>
#include <numeric>

#include "training/plain_gradient.hpp"
#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Frames with a spectrum of variances: bin b has the deviation 2^-b, and neighbouring bins are mixed.
Array2<float> some_frames(std::size_t count, std::size_t bins, std::uint32_t seed = 1) {
  Array2<float> frames = random_frames(count, bins, seed);
  for (std::size_t m = 0; m < count; ++m) {
    for (std::size_t b = 0; b < bins; ++b) frames(m, b) = std::ldexp(frames(m, b), -static_cast<int>(b));
    for (std::size_t b = 1; b < bins; ++b) frames(m, b) += 0.5f * frames(m, b - 1);
  }
  return frames;
}

Matrix as_matrix(const Array2<float>& values) {
  Matrix matrix(values.rows(), values.cols());
  for (std::size_t r = 0; r < values.rows(); ++r) {
    for (std::size_t c = 0; c < values.cols(); ++c) matrix(r, c) = values(r, c);
  }
  return matrix;
}

struct Encoded {
  Subspace subspace;
  Array2<float> z, outside;

  explicit Encoded(const Array2<float>& frames, int chosen)
      : subspace(Subspace::create(frames.clone().value(), chosen, 1).value()),
        z(Array2<float>::create(frames.rows(), subspace.components()).value()),
        outside(Array2<float>::create(frames.rows(), 1).value()) {
    REQUIRE(!subspace.encode(frames.all(), Scale::linear, z.all(), outside.all()));
  }

  Array2<float> decoded() const {
    Array2<float> frames = Array2<float>::create(z.rows(), subspace.bins()).value();
    REQUIRE(!subspace.decode(z.all(), frames.all()));
    return frames;
  }
};

/// What a network predicts after each frame, from the last `sequence` of them.
Array2<float> predictions(const NetworkConfig& config, const Weights& weights, const Array2<float>& frames) {
  Predictor predictor = Predictor::create(config, weights, Mode::window).value();
  Array2<float> all = Array2<float>::create(frames.rows(), frames.cols()).value();
  for (std::size_t m = 0; m < frames.rows(); ++m) {
    const auto predicted = predictor.process(frames.row(m));
    std::copy(predicted.begin(), predicted.end(), all.row(m).begin());
  }
  return all;
}

NetworkConfig without_components(NetworkConfig network) {
  network.components = 0;
  return network;
}

double largest_difference(const Array2<float>& a, const Array2<float>& b) {
  return (as_matrix(a) - as_matrix(b)).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("The subspace holds the leading eigenvectors of the covariance") {
  const Array2<float> frames = some_frames(200, 12);
  const Matrix y = as_matrix(frames), centred = y.rowwise() - y.colwise().mean();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(Matrix(centred.transpose() * centred / 200));
  const Encoded encoded(frames, 4);

  const Matrix z = as_matrix(encoded.z);
  CHECK(z.colwise().mean().cwiseAbs().maxCoeff() < 1e-4);
  const Matrix covariance = z.transpose() * z / 200;
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(covariance(k, k) == Approx(1).epsilon(1e-4));
    // Eigenvalues are a factor of about 4 apart, so that 4 rounds leave 4^-4 of the next one in each vector, and the
    // square of it in the variance.
    CHECK(encoded.subspace.deviations()[k] == Approx(std::sqrt(solver.eigenvalues()[11 - k])).epsilon(1e-3));
  }
  const double left = solver.eigenvalues().head(8).sum(), all = solver.eigenvalues().sum();
  CHECK(encoded.subspace.share() == Approx(1 - left / all).epsilon(2e-5));
  const Matrix outside = as_matrix(encoded.decoded()) - y;
  CHECK(outside.squaredNorm() / 200 == Approx(left).epsilon(5e-3));
  for (std::size_t m = 0; m < 200; ++m) {
    CHECK(encoded.outside(m, 0) == Approx(outside.row(m).squaredNorm()).epsilon(1e-3).margin(1e-5));
  }
}

TEST_CASE("As many components as the sound needs") {
  const Encoded noise(random_frames(800, 400, 1), -1);
  CHECK(noise.subspace.components() == 256);  // the most
  CHECK(noise.subspace.share() < Subspace::enough);
  CHECK(Encoded(random_frames(25, 300, 1), -1).subspace.components() == 24);  // frames, less the mean
  CHECK(Encoded(random_frames(500, 20, 1), -1).subspace.components() == 20);  // one a bin
  Array2<float> frames = random_frames(500, 300, 1);
  for (std::size_t m = 0; m < 500; ++m) {
    for (std::size_t b = 0; b < 300; ++b) frames(m, b) *= std::exp(-0.03f * static_cast<float>(b));
  }
  const Matrix y = as_matrix(frames), centred = y.rowwise() - y.colwise().mean();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(Matrix(centred.transpose() * centred));
  const auto share = [&](auto count) { return solver.eigenvalues().tail(count).sum() / solver.eigenvalues().sum(); };
  const Encoded encoded(frames, -1);
  const auto chosen = static_cast<Eigen::Index>(encoded.subspace.components());
  CHECK(chosen > 32);
  CHECK(chosen < 128);
  CHECK(encoded.subspace.share() >= Subspace::enough);
  CHECK(share(chosen - 2) < Subspace::enough);  // the order of the last ones is not exact after a few rounds
  CHECK(encoded.subspace.share() == Approx(share(chosen)).epsilon(2e-3));
  CHECK(encoded.decoded().cols() == 300);
  for (std::size_t m = 0; m < 500; ++m) {
    for (std::size_t b = 0; b < 300; ++b) frames(m, b) = static_cast<float>(b * (m % 7));
  }
  CHECK(Encoded(frames, -1).subspace.components() == 1);
  CHECK(Encoded(frames, 5).subspace.components() == 1);
}

TEST_CASE("With as many components as bins, nothing is lost") {
  const Array2<float> frames = some_frames(100, 6);
  CHECK(largest_difference(Encoded(frames, 6).decoded(), frames) < 1e-5);
}

TEST_CASE("A network over the components becomes one over the bins, folds, and goes back") {
  const Array2<float> frames = some_frames(60, 10);
  const Encoded encoded(frames, 4);
  const NetworkConfig inner{4, {6, 5}, 7, Scale::linear}, outer{10, {6, 5}, 7, Scale::linear, 4};
  const Weights weights = random_weights(inner, 3);
  const Weights between = encoded.subspace.between_bins(weights, outer).value();
  const Weights folded = fold(outer, tensors(between)).value();

  Array2<float> expected = Array2<float>::create(60, 10).value();
  REQUIRE(!encoded.subspace.decode(predictions(inner, weights, encoded.z).all(), expected.all()));
  CHECK(largest_difference(predictions(outer, between, frames), expected) < 1e-4);
  CHECK(largest_difference(predictions(without_components(outer), folded, frames), expected) < 1e-4);

  const Weights unfolded = encoded.subspace.unfold(folded, inner).value();
  CHECK(largest_difference(predictions(inner, unfolded, encoded.z), predictions(inner, weights, encoded.z)) < 1e-3);
}

TEST_CASE("Sounds without variation have a subspace, too") {
  Array2<float> frames = Array2<float>::create(40, 6).value();
  const int kind = GENERATE(0, 1, 2);  // silence, one frame for ever, a single direction
  for (std::size_t m = 0; m < 40; ++m) {
    for (std::size_t b = 0; b < 6; ++b) {
      const auto level = static_cast<float>(b + 1);
      frames(m, b) = kind == 0 ? 0 : kind == 1 ? level : level * static_cast<float>(m % 7);
    }
  }
  const Encoded encoded(frames, 3);
  CHECK(largest_difference(encoded.decoded(), frames) < 1e-4);
  REQUIRE(encoded.subspace.components() == 1);
  const NetworkConfig inner{1, {4}, 5, Scale::linear}, outer{6, {4}, 5, Scale::linear, 1};
  const Weights between = encoded.subspace.between_bins(random_weights(inner, 1), outer).value();
  CHECK(as_matrix(predictions(outer, between, frames)).allFinite());
}

TEST_CASE("Errors of components are weighted by their deviations, and losses are those of all bins") {
  TrainerConfig config = small_config();
  config.components = 4;
  config.seed = 1;  // as in Encoded
  const Magnitudes sound = small_sound(60);
  const Encoded encoded(sound.values, 4);
  Trainer trainer(small_sound(60), config);
  PlainNetwork plain(trainer.weights().value());
  const auto deviations = encoded.subspace.deviations();
  const float sum = std::accumulate(deviations.begin(), deviations.end(), 0.0f);
  for (Eigen::Index k = 0; k < 4; ++k) plain.importance[k] = 4 * deviations[static_cast<std::size_t>(k)] / sum;
  auto gradient = plain.zeros();
  const std::vector<std::int64_t> starts{3, 9, 20};
  plain.loss(PlainNetwork::matrix(encoded.z).transpose(), 7, starts, &gradient);
  const double loss = trainer.step_on(starts).value();
  CHECK(gradient_error(trainer.gradients().value(), gradient) < 2e-5);

  Array2<float> predicted = Array2<float>::create(4, 9).value();
  REQUIRE(!encoded.subspace.decode(trainer.predictions().all(), predicted.all()));
  double squares = 0;
  for (std::size_t w = 0; w < 3; ++w) {
    for (std::size_t b = 0; b < 9; ++b) {
      squares += std::pow(predicted(w, b) - sound.values(static_cast<std::size_t>(starts[w]) + 7, b), 2);
    }
  }
  CHECK(loss == Approx(squares / 27).epsilon(1e-5));
}

TEST_CASE("Held-out losses are those of the model, over all bins; what is held out has no part in the subspace") {
  TrainerConfig config = small_config();
  config.components = 4;
  config.validation = 0.25;
  config.scale = Scale::log1p;
  config.training = GENERATE(Training::windows, Training::sequence);
  const std::vector<std::uint64_t> clips{20, 5, 19};  // 13 and 12 windows, 6 of these held out; one is too short
  Trainer trainer = Trainer::create(small_sound(44), config, nullptr, clips).value();
  while (trainer.epoch() < 1) trainer.step();
  const Model model = trainer.model().value();
  Array2<float> y = small_sound(44).values;
  compress(Scale::log1p, y.all());

  double squares = 0;
  for (std::size_t target = 38; target < 44; ++target) {
    Predictor predictor = Predictor::create(model.network, model.weights, Mode::window).value();
    for (std::size_t m = target - 7; m + 1 < target; ++m) predictor.process(y.row(m));
    const auto predicted = predictor.process(y.row(target - 1));
    for (std::size_t b = 0; b < 9; ++b) squares += std::pow(predicted[b] - y(target, b), 2);
  }
  CHECK(trainer.validation_losses()[0] == Approx(squares / 54).epsilon(1e-4));

  const Matrix all = as_matrix(y);
  Matrix learned(33, 9);
  learned << all.topRows(20), all.middleRows(25, 13);
  for (Eigen::Index b = 0; b < 9; ++b) {
    const auto at = static_cast<std::size_t>(b);
    CHECK(model.weights.running_mean[at] == Approx(learned.col(b).mean()).epsilon(1e-5));
    CHECK(model.weights.running_var[at] ==
          Approx((learned.col(b).array() - learned.col(b).mean()).square().sum() / 32).epsilon(1e-5));
  }
}

TEST_CASE("In a long sound, frames that are spread over it stand for all") {
  TrainerConfig config = small_config();
  config.components = 4;
  const Array2<float> frames = small_sound(5000).values;
  const Model model = Trainer(small_sound(5000), config).model().value();
  for (std::size_t b = 0; b < 9; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < 4096; ++i) sum += frames(5000 * i / 4096, b);
    CHECK(model.weights.running_mean[b] == Approx(sum / 4096).epsilon(1e-5));
  }
}

TEST_CASE("A trainer in a subspace makes models over all bins that a further training can start from") {
  TrainerConfig config = small_config();
  config.components = 4;
  config.training = GENERATE(Training::windows, Training::sequence);
  config.scale = Scale::log1p;
  config.feedback = config.training == Training::sequence ? 1 : 0;
  Trainer trainer(small_sound(60), config);
  for (int i = 0; i < 30; ++i) REQUIRE(std::isfinite(trainer.step()));
  const Model model = trainer.model().value();
  CHECK(trainer.network() == model.network);
  CHECK(model.network.bins == 9);
  CHECK(model.residuals.size() == 9);

  CHECK(model.network.components == 4);

  const Weights folded = fold(model.network, tensors(model.weights)).value();
  Trainer further = Trainer::create(small_sound(60), config, &folded).value();
  const Model again = further.model().value();
  CHECK(largest_difference(predictions(model.network, again.weights, small_sound(20).values),
                           predictions(model.network, model.weights, small_sound(20).values)) < 0.02);
}

TEST_CASE("Odd sounds are learned with as many components as they need") {
  TrainerConfig config = small_config();
  config.components = -1;
  config.training = GENERATE(Training::windows, Training::sequence);
  config.scale = Scale::log1p;
  const int kind = GENERATE(0, 1, 2, 3, 4);
  Magnitudes sound = small_sound(60);
  for (std::size_t m = 0; m < 60; ++m) {
    for (std::size_t b = 0; b < 9; ++b) {
      float& value = sound.values(m, b);
      if (kind == 0) value = 0;                                                        // silence
      if (kind == 1) value = m == 30 ? 5 : 0;                                          // and a click
      if (kind == 2) value = b == 3 ? 8 + std::sin(static_cast<float>(m)) : 0;         // a sine
      if (kind == 3 && b < 5) value = 3;                                               // bins that never vary
      if (kind == 4) value = m < 20 ? 0 : m < 40 ? value : static_cast<float>(m % 3);  // clips of several kinds
    }
  }
  const std::vector<std::uint64_t> clips =
      kind == 4 ? std::vector<std::uint64_t>{20, 20, 20} : std::vector<std::uint64_t>{60};
  Trainer trainer = Trainer::create(std::move(sound), config, nullptr, clips).value();
  CHECK(trainer.components() == (kind < 3 ? 1 : kind == 3 ? 4 : 9));
  CHECK(trainer.variance_share() == Approx(1));
  for (int i = 0; i < 30; ++i) REQUIRE(std::isfinite(trainer.step()));
  CHECK(trainer.status().rollbacks == 0);
  const Model model = trainer.model().value();
  CHECK(as_matrix(predictions(model.network, model.weights, small_sound(20).values)).allFinite());
}

TEST_CASE("A model of another sound is projected") {
  TrainerConfig config = small_config();
  config.components = 4;
  const Weights weights = random_weights({9, config.layers, config.sequence, Scale::linear}, 3);
  Trainer trainer = Trainer::create(small_sound(60), config, &weights).value();
  const Encoded encoded(small_sound(60).values, 4);
  Array2<float> frames = encoded.decoded();  // frames in the subspace of the sound, where nothing of the input is lost
  config.seed = 1;
  trainer = Trainer::create(small_sound(60), config, &weights).value();
  const Matrix expected = as_matrix(predictions(without_components(trainer.network()), weights, frames));
  const Matrix actual = as_matrix(predictions(trainer.network(), trainer.model()->weights, frames));
  // What is left of a prediction is its projection: no frame of the subspace is closer.
  const Matrix basis = as_matrix(frames).bottomRows(59).rowwise() - as_matrix(frames).row(0);
  CHECK((basis * (expected - actual).transpose()).cwiseAbs().maxCoeff() < 0.05);
}

TEST_CASE("More components than bins or frames are refused") {
  TrainerConfig config = small_config();
  config.components = 10;
  CHECK(Trainer::create(small_sound(60), config).error().message == "components is 10; allowed: -1 to 9, the bins");
  config.components = 300;
  Magnitudes sound = small_sound(0);
  sound.stft.size = 1024;
  sound.values = random_frames(60, 513, 1);
  CHECK(Trainer::create(std::move(sound), config).error().message ==
        "components is 300; allowed: -1 to 60, the frames that are learned");
  config.components = -2;
  CHECK(Trainer::create(small_sound(60), config).error().message ==
        "components is -2; allowed: -1 (as many as the sound needs), 0 (all bins) to 1024");
}
