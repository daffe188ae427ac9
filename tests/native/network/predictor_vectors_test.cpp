#include "network/magnet_vectors.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

/// Tolerance of tests/vectors/README.md for generation, which feeds errors back over 40 frames.
constexpr double generation_tolerance = 1e-3;
/// Tolerance for a single prediction.
constexpr double prediction_tolerance = 1e-4;

/// 40 frames after the first `sequence`, each prediction fed back.
Array2<float> continued(Predictor& predictor, const Array2<float>& frames, int sequence) {
  for (int t = 0; t < sequence; ++t) predictor.process(frames.row(t));
  auto generated = Array2<float>::create(40, frames.cols()).value();
  for (std::size_t n = 0; n < 40; ++n) {
    const auto prediction = predictor.prediction();
    std::copy(prediction.begin(), prediction.end(), generated.row(n).begin());
    predictor.process(generated.row(n));
  }
  return generated;
}

}  // namespace

TEST_CASE("Predictor gives PyTorch's predictions for the windows of step 1") {
  for (const std::string& name : magnet_names) {
    const MagnetVectors vectors(name);
    const auto frames = vectors.matrix("frames");
    const auto starts = vectors.starts();
    const auto expected = vectors.matrix("eval/prediction");
    auto actual = Array2<float>::create(expected.rows(), expected.cols()).value();
    auto predictor = Predictor::create(vectors.config, vectors.weights("after20"), Mode::window).value();
    for (std::size_t w = 0; w < starts.cols(); ++w) {
      predictor.reset();
      for (int t = 0; t < vectors.config.sequence; ++t) predictor.process(frames.row(starts(0, w) + t));
      std::copy_n(predictor.prediction().begin(), actual.cols(), actual.row(w).begin());
    }
    INFO(name);
    CHECK(difference(actual.all(), expected.all()) < prediction_tolerance);
  }
}

TEST_CASE("Predictor generates PyTorch's frames in both modes") {
  for (const std::string& name : magnet_names) {
    const MagnetVectors vectors(name);
    const auto frames = vectors.matrix("frames");
    for (const Mode mode : {Mode::window, Mode::stateful}) {
      auto predictor = Predictor::create(vectors.config, vectors.weights("after20"), mode).value();
      const auto generated = continued(predictor, frames, vectors.config.sequence);
      INFO(name << ", " << mode_name(mode));
      const auto expected = vectors.matrix("generate/" + std::string(mode_name(mode)));
      CHECK(difference(generated.all(), expected.all()) < generation_tolerance);
    }
  }
}
