#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "network/plain_network.hpp"
#include "network/small_network.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

const NetworkConfig small{11, {7, 5, 6}, 8, Scale::linear};
const NetworkConfig with_components{11, {7, 5, 6}, 8, Scale::linear, 4};

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::vector<std::vector<float>> predictions(const NetworkConfig& config, const Array2<float>& frames, Mode mode) {
  auto predictor = Predictor::create(config, random_weights(config, 1), mode).value();
  std::vector<std::vector<float>> all;
  for (std::size_t m = 0; m < frames.rows(); ++m) all.push_back(copy(predictor.process(frames.row(m))));
  return all;
}

}  // namespace

TEST_CASE("Predictor agrees with the plain network in double precision") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(30, config.bins, 2);
  PlainNetwork plain(random_weights(config, 1));
  const Eigen::MatrixXd columns = PlainNetwork::matrix(frames).transpose();
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    const auto got = predictions(config, frames, mode);
    double error = 0;
    for (Eigen::Index m = 0; m < 30; ++m) {
      const Eigen::Index past = mode == Mode::window ? std::min<Eigen::Index>(m + 1, config.sequence) : m + 1;
      const Eigen::VectorXd expected = plain.predict(columns.middleCols(m + 1 - past, past));
      for (int k = 0; k < config.bins; ++k) error = std::max(error, std::abs(got[m][k] - expected[k]));
    }
    INFO(mode_name(mode));
    CHECK(error < 2e-6);  // float32 rounding in outputs around 1
  }
}

TEST_CASE("A bin that hardly varies keeps its precision") {
  // 1000 ± 0.01 with a variance to match: folding the mean into the bias would leave an error of 0.1.
  const NetworkConfig config{1, {4}, 4, Scale::linear};
  Weights weights = random_weights(config, 3);
  weights.running_mean[0] = 1000;
  weights.running_var[0] = 1e-6f;
  auto predictor = Predictor::create(config, weights, Mode::stateful).value();
  PlainNetwork plain(weights);
  const float frame = 1000.0061f;
  const double expected = plain.predict(Eigen::MatrixXd::Constant(1, 1, frame))[0];
  CHECK(predictor.process({&frame, 1})[0] == Approx(expected).margin(1e-6));
}

TEST_CASE("Windows in flight are bit-identical to a window on its own") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(40, config.bins, 4);
  const auto flying = predictions(config, frames, Mode::window);
  auto alone = Predictor::create(config, random_weights(config, 1), Mode::window).value();
  for (std::size_t m = 0; m < frames.rows(); ++m) {
    alone.reset();
    const std::size_t first = m + 1 < static_cast<std::size_t>(config.sequence) ? 0 : m + 1 - config.sequence;
    for (std::size_t n = first; n <= m; ++n) alone.process(frames.row(n));
    CHECK(same_bits(alone.prediction(), flying[m]));
  }
}

TEST_CASE("Slices of any budget give bit-identical results") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(20, config.bins, 5);
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    const auto whole = predictions(config, frames, mode);
    for (const std::int64_t budget : {0, 1, 100, 1000, 20000, 1000000}) {
      auto predictor = Predictor::create(config, random_weights(config, 1), mode).value();
      int slices = 0;
      for (std::size_t m = 0; m < frames.rows(); ++m) {
        predictor.begin(frames.row(m));
        bool done = false;
        while (!done) {
          Budget slice{budget};
          done = predictor.step(slice);
          ++slices;
        }
        CHECK(same_bits(predictor.prediction(), whole[m]));
      }
      INFO(mode_name(mode) << ", budget " << budget);
      CHECK((budget <= 1000) == (slices > static_cast<int>(frames.rows()) * (mode == Mode::window ? 5 : 1)));
      Budget spare{1};
      CHECK(predictor.step(spare));  // nothing left to do
      CHECK(spare.left == 1);
    }
  }
}

TEST_CASE("The cost is what the steps of a full frame charge") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(20, config.bins, 5);
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    auto predictor = Predictor::create(config, random_weights(config, 1), mode).value();
    for (std::size_t m = 0; m < frames.rows(); ++m) predictor.process(frames.row(m));
    predictor.begin(frames.row(0));
    Budget budget{1000000000};
    REQUIRE(predictor.step(budget));
    CHECK(1000000000 - budget.left == predictor.cost());
  }
}

TEST_CASE("The cost of fewer windows is what the first frames charge") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(20, config.bins, 5);
  auto predictor = Predictor::create(config, random_weights(config, 1), Mode::window).value();
  for (int m = 0; m < 20; ++m) {
    predictor.begin(frames.row(m));
    Budget budget{1000000000};
    REQUIRE(predictor.step(budget));
    CHECK(1000000000 - budget.left == predictor.cost(std::min(m + 1, config.sequence)));
  }
}

TEST_CASE("The mode can change at any time: the longest window continues alone until new ones are long enough") {
  const auto [sequence, before] = GENERATE(std::pair{8, 20}, std::pair{8, 3}, std::pair{1, 5});
  NetworkConfig config = small;
  config.sequence = sequence;
  const auto frames = random_frames(60, small.bins, 13);
  const Weights weights = random_weights(config, 1);
  auto predictor = Predictor::create(config, weights, Mode::window).value();
  auto windows = Predictor::create(config, weights, Mode::window).value();
  auto alone = Predictor::create(config, weights, Mode::stateful).value();
  int wrong = 0;
  const auto allocated = allocations();
  const int alone_since = std::max(0, before - (sequence - 1));
  for (int m = 0; m < 60; ++m) {
    if (m >= alone_since) alone.process(frames.row(m));
    windows.process(frames.row(m));
    if (m == before) predictor.set_mode(Mode::stateful);
    if (m == 30) predictor.set_mode(Mode::window);
    predictor.process(frames.row(m));
    const bool in_windows = m < before || m >= 30 + sequence - 1;
    if (!same_bits(predictor.prediction(), (in_windows ? windows : alone).prediction())) ++wrong;
  }
  CHECK(allocations() == allocated);
  CHECK(wrong == 0);
}

TEST_CASE("A mode set in the middle of a frame waits for the next; a stateful predictor ignores it") {
  const auto frames = random_frames(30, small.bins, 14);
  const auto stateful = predictions(small, frames, Mode::stateful);
  auto predictor = Predictor::create(small, random_weights(small, 1), Mode::stateful).value();
  auto early = Predictor::create(small, random_weights(small, 1), Mode::window).value();
  auto late = Predictor::create(small, random_weights(small, 1), Mode::window).value();
  for (std::size_t m = 0; m < frames.rows(); ++m) {
    predictor.set_mode(Mode::window);
    CHECK(same_bits(predictor.process(frames.row(m)), stateful[m]));
    if (m == 12) early.set_mode(Mode::stateful);
    early.process(frames.row(m));
    late.begin(frames.row(m));
    Budget little{1};
    late.step(little);
    if (m == 11) late.set_mode(Mode::stateful);
    for (Budget rest = Budget::unlimited(); !late.step(rest);) {
    }
    CHECK(same_bits(late.prediction(), early.prediction()));
  }
}

TEST_CASE("Reset forgets everything") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(12, config.bins, 6);
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    const auto fresh = predictions(config, frames, mode);
    auto predictor = Predictor::create(config, random_weights(config, 1), mode).value();
    for (std::size_t m = 0; m < 11; ++m) predictor.process(frames.row(11 - m));
    predictor.begin(frames.row(0));
    Budget little{1};
    predictor.step(little);  // reset in the middle of a frame
    predictor.reset();
    for (std::size_t m = 0; m < frames.rows(); ++m) CHECK(same_bits(predictor.process(frames.row(m)), fresh[m]));
  }
}

TEST_CASE("Nothing is allocated after create") {
  const NetworkConfig config = GENERATE(small, with_components);
  const auto frames = random_frames(20, config.bins, 7);
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    auto predictor = Predictor::create(config, random_weights(config, 1), mode).value();
    const auto before = allocations();
    for (std::size_t m = 0; m < frames.rows(); ++m) predictor.process(frames.row(m));
    predictor.reset();
    predictor.process(frames.row(0));
    CHECK(allocations() == before);
  }
}

TEST_CASE("Flushing subnormals to zero changes no bit") {
  const NetworkConfig config = GENERATE(small, with_components);
  // Weights and frames down to the smallest numbers, and saturated gates.
  Weights weights = random_weights(config, 8);
  auto frames = random_frames(60, config.bins, 9);
  Random random(10);
  for (const NamedTensor& tensor : tensors(weights)) {
    for (float& value : tensor.values) {
      if (random.below(4) == 0) value *= 1e-20f;
      if (random.below(8) == 0) value *= 1e-22f;
    }
  }
  for (float& bias : weights.layers[1].input_bias) bias -= random.below(3) == 0 ? 80.0f : 0.0f;
  for (std::size_t m = 20; m < 60; ++m) {
    for (float& value : frames.row(m)) value *= random.below(2) == 0 ? 1e-39f : 1e-19f;
  }
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    std::vector<std::vector<float>> kept, flushed;
    const auto render = [&](std::vector<std::vector<float>>& to) {
      auto predictor = Predictor::create(config, weights, mode).value();
      for (std::size_t m = 0; m < frames.rows(); ++m) to.push_back(copy(predictor.process(frames.row(m))));
    };
    render(kept);
    {
      const FlushToZero flushing;
      render(flushed);
    }
    for (std::size_t m = 0; m < kept.size(); ++m) CHECK(same_bits(kept[m], flushed[m]));
  }
}

TEST_CASE("Subnormal weights and frames count as zero, whatever they are multiplied by") {
  const NetworkConfig config{2, {1}, 1, Scale::linear};
  Weights weights = Weights::create(config).value();
  for (float& value : weights.norm_weight) value = 1;
  for (float& value : weights.dense_weight.all()) value = 1;
  weights.layers[0].input(2, 0) = 1e-39f;
  weights.layers[0].input(2, 1) = 1e25f;
  auto predictor = Predictor::create(config, weights, Mode::window).value();
  const std::vector<float> huge{1e25f, 0.0f}, tiny{0.0f, 1e-39f}, both{0.0f, 1e-15f};
  CHECK(predictor.process(huge)[0] == 0.0f);
  CHECK(predictor.process(tiny)[0] == 0.0f);
  CHECK(predictor.process(both)[0] > 0.2f);
}

TEST_CASE("Invalid and huge frames do no lasting harm") {
  auto frames = random_frames(10, small.bins, 11);
  frames(2, 3) = std::numeric_limits<float>::quiet_NaN();
  frames(3, 0) = std::numeric_limits<float>::infinity();
  frames(4, 5) = -3e38f;
  auto predictor = Predictor::create(small, random_weights(small, 1), Mode::window).value();
  for (std::size_t m = 0; m < frames.rows(); ++m) predictor.process(frames.row(m));
  const auto after = random_frames(static_cast<std::size_t>(small.sequence), small.bins, 12);
  for (std::size_t m = 0; m < after.rows(); ++m) predictor.process(after.row(m));
  CHECK(same_bits(predictor.prediction(),
                  predictions(small, after, Mode::window).back()));  // no window holds them any more
}

TEST_CASE("Weights with wrong shapes are refused, naming the tensor") {
  NetworkConfig other = small;
  other.bins = 12;
  const auto refused = Predictor::create(small, random_weights(other, 1), Mode::window);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_data);
  CHECK(refused.error().message == "batch_norm.weight has the shape [12]; expected [11]");
  other = small;
  other.layers = {7, 5};
  CHECK(Predictor::create(small, random_weights(other, 1), Mode::window).error().message ==
        "the weights have 2 layers; expected 3");
  CHECK(Predictor::create(small, random_weights(with_components, 1), Mode::window).error().message ==
        "batch_norm.weight has the shape [4, 11]; expected [11]");
  other = with_components;
  other.components = 5;
  CHECK(Predictor::create(other, random_weights(with_components, 1), Mode::window).error().message ==
        "components.weight has the shape [4, 11]; expected [5, 11]");
  other.components = 12;
  CHECK(Weights::create(other).error().message == "components is 12; allowed: 0 to 11, the bins");
}

TEST_CASE("Components fold into the layers beside them") {
  const auto frames = random_frames(30, small.bins, 2);
  Weights weights = random_weights(with_components, 1);
  const Weights folded = fold(with_components, tensors(std::as_const(weights))).value();
  auto a = Predictor::create(with_components, weights, Mode::stateful).value();
  auto b = Predictor::create(small, folded, Mode::stateful).value();
  double error = 0;
  for (std::size_t m = 0; m < frames.rows(); ++m) {
    const auto x = a.process(frames.row(m)), y = b.process(frames.row(m));
    for (std::size_t k = 0; k < x.size(); ++k) error = std::max(error, std::abs(double{x[k]} - y[k]));
  }
  CHECK(error < 2e-6);  // float32 rounding in outputs around 1
  const Weights copy = fold(small, tensors(folded)).value();
  CHECK(same_bits(copy.dense_weight.all(), folded.dense_weight.all()));
}
