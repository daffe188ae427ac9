#include "training/subspace.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

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
  Array2<float> z;

  Encoded(const Array2<float>& frames, std::size_t components, std::vector<Clip> clips = {}) {
    if (clips.empty()) clips = {{0, frames.rows()}};
    Array2<float> differences = frames.clone().value();
    subspace = Subspace::create(differences.all(), frames.cols(), clips, components, 1).value();
    z = Array2<float>::create(frames.rows(), components).value();
    REQUIRE(!subspace.encode(differences.all(), z.all()));
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

double largest_difference(const Array2<float>& a, const Array2<float>& b) {
  return (as_matrix(a) - as_matrix(b)).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("The subspace holds the leading eigenvectors of the covariance") {
  const Array2<float> frames = some_frames(200, 12);
  const Matrix y = as_matrix(frames), centred = y.rowwise() - y.colwise().mean();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(Matrix(centred.transpose() * centred / 200));
  const std::size_t components = 4;
  const Encoded encoded(frames, components);

  const Matrix z = as_matrix(encoded.z);
  CHECK(z.colwise().mean().cwiseAbs().maxCoeff() < 1e-4);
  const Matrix covariance = z.transpose() * z / 200;
  double total = 0;
  for (std::size_t k = 0; k < components; ++k) total += std::sqrt(solver.eigenvalues()[11 - k]);
  for (std::size_t k = 0; k < components; ++k) {
    CHECK(covariance(k, k) == Approx(1).epsilon(1e-4));
    // Eigenvalues are a factor of about 4 apart, so that 8 rounds leave 4^-8 of the next one in each vector.
    CHECK(encoded.subspace.importance()[k] ==
          Approx(std::sqrt(solver.eigenvalues()[11 - k]) * components / total).epsilon(1e-3));
  }
  const double left = (as_matrix(encoded.decoded()) - y).squaredNorm() / 200;
  CHECK(left == Approx(solver.eigenvalues().head(8).sum()).epsilon(1e-3));
}

TEST_CASE("With as many components as bins, nothing is lost") {
  const Array2<float> frames = some_frames(100, 6);
  CHECK(largest_difference(Encoded(frames, 6).decoded(), frames) < 1e-5);
}

TEST_CASE("Only the clips count, and frames outside them are encoded all the same") {
  const Array2<float> all = some_frames(150, 8);
  Array2<float> some = Array2<float>::create(100, 8).value();
  std::copy_n(all.data(), 60 * 8, some.data());
  std::copy_n(all.row(110).data(), 40 * 8, some.row(60).data());
  const Encoded within(all, 3, {{0, 60}, {110, 40}}), alone(some, 3);
  CHECK(as_matrix(within.z).topRows(60).isApprox(as_matrix(alone.z).topRows(60), 1e-3));
  CHECK(as_matrix(within.z).bottomRows(40).isApprox(as_matrix(alone.z).bottomRows(40), 1e-3));
}

TEST_CASE("A network over the components folds into one over the bins, and back") {
  const Array2<float> frames = some_frames(60, 10);
  const Encoded encoded(frames, 4);
  const NetworkConfig inner{4, {6, 5}, 7, Scale::linear}, outer{10, {6, 5}, 7, Scale::linear};
  const Weights weights = random_weights(inner, 3);
  const Weights folded = encoded.subspace.fold(weights, outer).value();

  Array2<float> expected = Array2<float>::create(60, 10).value();
  REQUIRE(!encoded.subspace.decode(predictions(inner, weights, encoded.z).all(), expected.all()));
  CHECK(largest_difference(predictions(outer, folded, frames), expected) < 1e-4);

  const Weights unfolded = encoded.subspace.unfold(folded, inner).value();
  CHECK(largest_difference(predictions(inner, unfolded, encoded.z), predictions(inner, weights, encoded.z)) < 1e-3);
}

TEST_CASE("Sounds without variation have a subspace, too") {
  const NetworkConfig inner{3, {4}, 5, Scale::linear}, outer{6, {4}, 5, Scale::linear};
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
  const Weights folded = encoded.subspace.fold(random_weights(inner, 1), outer).value();
  for (const float value : predictions(outer, folded, frames).all()) REQUIRE(std::isfinite(value));
}

TEST_CASE("The loss of components is weighted, and so is its gradient") {
  TrainerConfig config = small_config();
  config.components = 4;
  config.seed = 1;  // as in Encoded
  const Magnitudes sound = small_sound(60);
  const Encoded encoded(sound.values, 4);
  Trainer trainer(small_sound(60), config);
  const std::int64_t starts[] = {3, 9, 20};
  const double loss = trainer.step_on(starts).value();
  const Weights gradients = trainer.gradients().value();
  double expected = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    double slope = 0;
    for (std::size_t w = 0; w < 3; ++w) {
      const double error = double{trainer.predictions()(w, k)} - encoded.z(static_cast<std::size_t>(starts[w]) + 7, k);
      expected += encoded.subspace.importance()[k] * error * error / 12;
      slope += 2 * encoded.subspace.importance()[k] * error / 12;
    }
    CHECK(gradients.dense_bias[k] == Approx(slope).epsilon(1e-4).margin(1e-6));
  }
  CHECK(loss == Approx(expected).epsilon(1e-4));
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

  Trainer further = Trainer::create(small_sound(60), config, &model.weights).value();
  const Model again = further.model().value();
  CHECK(largest_difference(predictions(model.network, again.weights, small_sound(20).values),
                           predictions(model.network, model.weights, small_sound(20).values)) < 0.02);
}

TEST_CASE("More components than bins are refused") {
  TrainerConfig config = small_config();
  config.components = 10;
  CHECK(Trainer::create(small_sound(60), config).error().message == "components is 10; allowed: 0 to 9, the bins");
}
