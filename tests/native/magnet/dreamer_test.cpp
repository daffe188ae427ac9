#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/player.hpp"
#include "magnet/limits.hpp"
#include "magnet/live_content.hpp"
#include "magnet/normal.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

/// Without noise, so that each frame is a prediction.
std::vector<Frame> render(const Model& model, DreamConfig config, int count) {
  config.temperature = 0;
  Dreamer dreamer = Dreamer::create(model, config).value();
  std::vector<Frame> frames;
  for (int i = 0; i < count; ++i) frames.push_back(copy(dreamer.process()));
  return frames;
}

/// What the network predicts after an impulse, as a magnitude frame.
struct Oracle {
  Predictor predictor;
  const Model& model;

  Oracle(const Model& model, Mode mode)
      : predictor(Predictor::create(model.network, model.weights, mode).value()), model(model) {}

  Frame after(std::span<const float> magnitudes) {
    Frame input = copy(magnitudes);
    compress(model.network.scale, input);
    Frame output = copy(predictor.process(input));
    expand(model.network.scale, output);
    for (float& value : output) value = value > 1e-20f ? value : 0.0f;
    return output;
  }

  Frame after_impulse(std::size_t row) {
    predictor.reset();
    Frame output;
    for (int i = 0; i < model.network.sequence; ++i) output = after(model.impulses.row(row + i));
    return output;
  }
};

}  // namespace

TEST_CASE("A dream continues its impulse with the network's own predictions") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Scale scale = GENERATE(Scale::linear, Scale::log1p);
  const Model model = small_model(scale);
  const auto frames = render(model, {.mode = mode, .position = 0.5}, 12);

  Oracle oracle(model, mode);
  Frame expected = oracle.after_impulse(48);  // 0.5 · (100 − 5), rounded
  for (const Frame& frame : frames) {
    REQUIRE(frame == expected);
    expected = oracle.after(expected);
  }
}

TEST_CASE("Positions 0 and 1 are the first and the last window of the training sound") {
  const Model model = small_model();
  Oracle oracle(model, Mode::window);
  CHECK(render(model, {.position = 0}, 1)[0] == oracle.after_impulse(0));
  CHECK(render(model, {.position = 1}, 1)[0] == oracle.after_impulse(95));
}

TEST_CASE("Randomness 1 jumps at every frame, 0.2 at about every fifth") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Model model = small_model();
  Oracle oracle(model, mode);
  std::vector<Frame> jumps;
  for (std::size_t row = 0; row <= 95; ++row) jumps.push_back(oracle.after_impulse(row));
  const auto is_jump = [&](const Frame& frame) { return std::count(jumps.begin(), jumps.end(), frame) > 0; };

  const auto always = render(model, {.mode = mode, .randomness = 1}, 50);
  CHECK(std::count_if(always.begin(), always.end(), is_jump) == 50);
  const auto some = render(model, {.mode = mode, .randomness = 0.2}, 1000);
  const auto count = std::count_if(some.begin(), some.end(), is_jump);
  CHECK(count > 150);  // 200 ± 4 standard deviations of 12.6
  CHECK(count < 250);
}

TEST_CASE("A schedule visits its points for their lengths, in a loop") {
  const Model model = small_model();
  const auto frames = render(model, {.points = {0.2, 0.9}, .lengths = {3, 2}}, 10);
  Oracle oracle(model, Mode::window);
  CHECK(frames[0] == oracle.after_impulse(19));
  CHECK(frames[1] == oracle.after(frames[0]));
  CHECK(frames[3] == oracle.after_impulse(86));
  CHECK(frames[5] == frames[0]);
  CHECK(frames[9] == frames[4]);
}

TEST_CASE("The same seed gives the same dream, another seed a different one") {
  const Model model = small_model();
  const DreamConfig config{.seed = 7, .randomness = 0.3};
  CHECK(render(model, config, 30) == render(model, config, 30));
  CHECK(render(model, config, 30) != render(model, {.seed = 8, .randomness = 0.3}, 30));
}

TEST_CASE("Slices of any size are bit-identical to whole frames, without allocations") {
  const Model model = small_model();
  const DreamConfig config{.seed = 3, .randomness = 0.2, .temperature = 0};
  const auto whole = render(model, config, 40);
  const std::int64_t slice = GENERATE(1, 100, 5000);
  Dreamer dreamer = Dreamer::create(model, config).value();
  const std::uint64_t before = allocations();
  bool same = true;
  for (const Frame& frame : whole) {
    dreamer.begin();
    for (Budget budget{slice}; !dreamer.step(budget); budget = {slice}) {
    }
    same = same && std::equal(frame.begin(), frame.end(), dreamer.frame().begin());
  }
  CHECK(same);
  CHECK(allocations() == before);
}

TEST_CASE("Flushing subnormals to zero changes no bit of a dream") {
  Model model = small_model();
  for (float& weight : model.weights.dense_weight.all()) weight *= 1e-19f;
  for (float& bias : model.weights.dense_bias) bias *= 1e-19f;
  const auto plain = render(model, {.randomness = 0.1}, 50);
  const FlushToZero scope;
  CHECK(render(model, {.randomness = 0.1}, 50) == plain);
}

TEST_CASE("A network that dies is restarted once a second, and this is counted") {
  Model model = small_model();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const float prediction = GENERATE_COPY(0.0f, -3.0f, 2.0f, 1e30f, nan);  // silent, silent, stuck, blown up, not finite
  fix_prediction(model, prediction);
  Dreamer dreamer = Dreamer::create(model, {.temperature = 0}).value();
  for (int i = 0; i < 1000; ++i) {
    for (const float value : dreamer.process()) {
      REQUIRE(std::isfinite(value));
      REQUIRE(value >= 0);
      REQUIRE(value <= 16);  // four times the largest training magnitude
    }
  }
  CHECK(dreamer.reseeds() >= 9);  // 10 seconds; a standstill is detected from its second frame on
  CHECK(dreamer.reseeds() <= 10);
}

TEST_CASE("Frames that are too quiet or too loud count even if they change") {
  Model model = small_model();
  const float level = GENERATE(1e-6f, 15.0f);  // the loudest training frame has a norm of about 14
  fix_prediction(model, level);
  for (float& weight : model.weights.dense_weight.all()) weight = 0.01f * level;
  Dreamer dreamer = Dreamer::create(model, {.randomness = 0.9, .temperature = 0}).value();
  for (int i = 0; i < 1000; ++i) dreamer.process();
  CHECK(dreamer.reseeds() >= 9);
}

TEST_CASE("Without training frames a dead network restarts from silence, and this is counted") {
  Model model = small_model();
  model.impulses = {};
  fix_prediction(model, std::numeric_limits<float>::quiet_NaN());
  Dreamer dreamer = Dreamer::create(model, {.mode = Mode::stateful}).value();
  for (int i = 0; i < 1000; ++i) dreamer.process();
  CHECK(dreamer.reseeds() >= 9);
}

TEST_CASE("A living network is left alone") {
  const Model model = small_model();
  Dreamer dreamer = Dreamer::create(model, {.randomness = 0.05}).value();
  for (int i = 0; i < 1000; ++i) dreamer.process();
  CHECK(dreamer.reseeds() == 0);
}

TEST_CASE("Without training frames a dream starts from silence") {
  Model model = small_model();
  model.impulses = {};
  Oracle oracle(model, Mode::window);
  const auto frames = render(model, {.position = 0.7, .randomness = 1}, 5);
  Frame expected = oracle.after(Frame(33, 0.0f));
  for (const Frame& frame : frames) {
    REQUIRE(frame == expected);
    expected = oracle.after(expected);
  }
}

TEST_CASE("A model dreams the same after it has been saved and loaded") {
  const Model model = small_model();
  const Model loaded = read_model(write_model(model).value()).value();
  CHECK(render(loaded, {.seed = 5, .randomness = 0.2}, 50) == render(model, {.seed = 5, .randomness = 0.2}, 50));
}

TEST_CASE("Invalid dream settings are refused, naming the field and what is allowed") {
  const Model model = small_model();
  const auto message = [&](const DreamConfig& config) {
    auto result = Dreamer::create(model, config);
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
    return result.error().message;
  };
  CHECK(message({.position = -0.5}) == "position is -0.5; allowed: 0 to 1");
  CHECK(message({.position = std::nan("")}) == "position is nan; allowed: 0 to 1");
  CHECK(message({.randomness = 2}) == "randomness is 2; allowed: 0 to 1");
  CHECK(message({.temperature = 5}) == "temperature is 5; allowed: 0 to 4");
  CHECK(message({.points = {0.1, 0.2}, .lengths = {4}}) ==
        "number of lengths is 1; allowed: 2, one for each of points");
  CHECK(message({.points = {1.5}, .lengths = {4}}) == "points[0] is 1.5; allowed: 0 to 1");
  CHECK(message({.points = {0.5}, .lengths = {0}}) == "lengths[0] is 0; allowed: 1 frame or more");

  Model short_model = small_model();
  short_model.impulses = Array2<float>::create(3, 33).value();
  CHECK(Dreamer::create(short_model, {}).error().code == ErrorCode::invalid_data);
  Model narrow_model = small_model();
  narrow_model.impulses = Array2<float>::create(100, 32).value();
  CHECK(Dreamer::create(narrow_model, {}).error().code == ErrorCode::invalid_data);
  Model other_fft = small_model();
  other_fft.stft.size = 128;
  CHECK(Dreamer::create(other_fft, {}).error().code == ErrorCode::invalid_data);
}

TEST_CASE("Temperature works as in live dreams: normal noise on the logarithms, before the frame is fed back") {
  const float temperature = GENERATE(0.3f, 2.0f);
  const Model model = small_model(Scale::log1p);
  Dreamer dreamer = Dreamer::create(model, {.seed = 5, .temperature = temperature}).value();
  Oracle oracle(model, Mode::window);
  const LiveModel packed = LiveModel::create(model).value();
  const Limits limits = Limits::of(model, model.impulses.all());
  Random random(5);
  Frame newest;
  for (int m = 0; m < 20; ++m) {
    random.uniform();  // the chance of a jump
    Frame expected = m == 0 ? oracle.after_impulse(0) : oracle.after(newest);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      expected[k] *= static_cast<float>(std::exp(double{temperature} * packed.content().residuals[k] * normal(random)));
    }
    newest = copy(dreamer.process());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      // a few ulp of exp, whose argument of up to 15 is a float; and see Limits
      REQUIRE(newest[k] == Approx(std::min(expected[k], limits.ceiling)).epsilon(3e-5).margin(1e-6));
    }
  }
}
