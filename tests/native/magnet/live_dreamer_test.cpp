#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "allocations.hpp"
#include "flush_to_zero.hpp"
#include "lodestone/player.hpp"
#include "magnet/live_content.hpp"
#include "magnet/normal.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr int refill = 3;  // frames of the training sound after a jump: half of a sequence of 5, rounded up

/// A network whose dreams follow what it is fed and neither die nor stand still.
Model lively_model(Scale scale = Scale::linear, std::uint32_t seed = 1, int group = 1) {
  Model model = small_model(scale, group);
  Random random(seed);
  for (NamedTensor& tensor : tensors(model.weights)) {
    for (float& value : tensor.values) value = random.uniform() * 2 - 1;
  }
  for (float& value : model.weights.running_var) value = 1 + random.uniform();
  for (float& bias : model.weights.dense_bias) bias += 2;
  for (float& value : model.impulses.all()) value = 4 * random.uniform();
  return model;
}

/// An untrained model of a realistic size.
Model large_model(int bins, std::vector<int> layers, Scale scale) {
  Model model;
  model.stft = {.size = 2 * (bins - 1), .hop = (bins - 1) / 2};
  model.network = {.bins = bins, .layers = layers, .sequence = 40, .scale = scale};
  model.weights = Weights::create(model.network).value();
  Random random(1);
  for (NamedTensor& tensor : tensors(model.weights)) {
    for (float& value : tensor.values) value = random.uniform() * 0.2f - 0.1f;
  }
  for (float& value : model.weights.running_var) value = 1;
  model.impulses = Array2<float>::create(120, bins).value();
  for (float& value : model.impulses.all()) value = random.uniform();
  return model;
}

Dreamer live(const Model& model, Mode mode = Mode::window, std::uint32_t seed = 0) {
  return Dreamer::create(model, {.seed = seed, .mode = mode, .start = Start::audible}).value();
}

/// With memory for a second model.
Dreamer with_room(const Model& model, Mode mode = Mode::window) {
  Dreamer dreamer = live(model, mode);
  REQUIRE_FALSE(dreamer.make_room());
  return dreamer;
}

std::vector<Frame> dream(Dreamer& dreamer, const DreamControls& controls, int hops) {
  std::vector<Frame> frames;
  for (int i = 0; i < hops; ++i) frames.push_back(copy(dreamer.process(controls)));
  return frames;
}

std::vector<Frame> dream(const Model& model, const DreamControls& controls, int hops, std::uint32_t seed = 0) {
  Dreamer dreamer = live(model, Mode::window, seed);
  return dream(dreamer, controls, hops);
}

Frame impulse(const Model& model, std::size_t row) { return copy(model.impulses.row(row % model.impulses.rows())); }

/// Largest difference; magnitudes are around 1.
double distance(const Frame& a, const Frame& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(double{a[k]} - b[k]));
  return largest;
}

/// The network, run from a zero state over everything that it has been fed.
class PlainDream {
 public:
  PlainDream(const Model& model, Mode mode)
      : model_(model), mode_(mode), predictor_(Predictor::create(model.network, model.weights, mode).value()) {
    for (const float value : model.impulses.all()) ceiling_ = std::max(ceiling_, 4 * value);
  }

  void feed(const Frame& magnitudes) { fed_.push_back(magnitudes); }
  void forget() { fed_.clear(); }

  Frame prediction() {
    const auto most = mode_ == Mode::window ? static_cast<std::size_t>(model_.network.sequence) : fed_.size();
    predictor_.reset();
    Frame output;
    for (std::size_t i = fed_.size() - std::min(most, fed_.size()); i < fed_.size(); ++i) {
      Frame input = fed_[i];
      compress(model_.network.scale, input);
      output = copy(predictor_.process(input));
    }
    expand(model_.network.scale, output);
    for (float& value : output) value = value > 1e-20f ? std::min(value, ceiling_) : 0.0f;
    return output;
  }

  /// As after a jump to that row: fed with all frames up to the last training frame that is heard.
  void jump(std::size_t row) {
    forget();
    const auto before = static_cast<std::size_t>(model_.network.sequence - refill);
    for (int i = 0; i < model_.network.sequence - 1; ++i) feed(impulse(model_, row + 100 - before + i));
  }

 private:
  const Model& model_;
  Mode mode_;
  Predictor predictor_;
  std::vector<Frame> fed_;
  float ceiling_ = 0;
};

/// (1 − part)·a + part·b
Frame mix(const Frame& a, const Frame& b, double part) {
  Frame mixed(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) mixed[k] = static_cast<float>((1 - part) * a[k] + part * b[k]);
  return mixed;
}

Frame impulse_at(const Model& model, double place) {
  const auto row = static_cast<std::size_t>(std::floor(place));
  return mix(impulse(model, row), impulse(model, row + 1), place - std::floor(place));
}

}  // namespace

TEST_CASE("A jump is heard at once, and the dream continues from there") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Scale scale = GENERATE(Scale::linear, Scale::log1p);
  const Model model = lively_model(scale);
  Dreamer dreamer = live(model, mode);
  PlainDream plain(model, mode);
  // The start, then triggers: in the middle of a dream, within a refill, at the ends and beyond them.
  const std::vector<std::tuple<double, std::size_t, int>> jumps = {{0.5, 50, 12}, {0.25, 25, 2},       {0.75, 74, 9},
                                                                   {1.0, 99, 9},  {0.0, 0, 9},         {7.0, 99, 6},
                                                                   {-1.0, 0, 6},  {not_a_number, 0, 6}};
  for (std::size_t i = 0; i < jumps.size(); ++i) {
    const auto [position, row, hops] = jumps[i];
    if (i > 0) dreamer.trigger(position);
    plain.jump(row);
    Frame newest;
    for (int hop = 0; hop < hops; ++hop) {
      const Frame frame = copy(dreamer.process({.position = 0.5}));
      if (hop >= refill) plain.feed(newest);
      REQUIRE(frame == (hop < refill ? impulse(model, row + hop) : plain.prediction()));
      newest = frame;
    }
  }
  CHECK(dreamer.reseeds() == 0);
}

TEST_CASE("A live dream is that of a Dreamer with the same window of the training sound") {
  // Networks large enough for refills to be split anywhere. Window 20 of 0 .. 80 ends 20 frames after row 39 has begun.
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const int units = GENERATE(5, 16, 64);
  const Model model = large_model(257, {units}, Scale::log1p);
  Dreamer dreamer = Dreamer::create(model, {.mode = mode, .position = 20 / 80.0, .temperature = 0}).value();
  Dreamer live_dreamer = live(model, mode);
  const auto frames = dream(live_dreamer, {.position = 39 / 119.0f}, 50);
  for (int i = 0; i < 21; ++i) REQUIRE(frames[i] == impulse(model, 39 + i));
  for (int i = 21; i < 50; ++i) {
    const auto expected = dreamer.process();
    REQUIRE(std::equal(expected.begin(), expected.end(), frames[i].begin()));
  }
}

TEST_CASE("A Dreamer with an audible start is bit-identical to a player's dream") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const auto [randomness, temperature] = GENERATE(std::pair{0.0, 0.0}, std::pair{0.1, 0.7});
  const Model model = lively_model(Scale::log1p);
  for (const double position : {0.0, 0.1, 0.35, 0.7, 1.0}) {
    const DreamConfig config{.seed = 7,
                             .mode = mode,
                             .start = Start::audible,
                             .position = position,
                             .randomness = randomness,
                             .temperature = temperature};
    Dreamer dreamer = Dreamer::create(model, config).value();
    Dreamer live_dreamer = live(model, mode, 7);  // as a Player has it
    const DreamControls controls{.position = static_cast<float>(position),
                                 .randomness = static_cast<float>(randomness),
                                 .temperature = static_cast<float>(temperature)};
    for (int i = 0; i < 200; ++i) REQUIRE(copy(dreamer.process()) == copy(live_dreamer.process(controls)));
  }
}

TEST_CASE("A schedule with an audible start jumps as triggers do") {
  const Model model = lively_model();
  const DreamConfig config{.start = Start::audible, .temperature = 0, .points = {0.2, 0.9}, .lengths = {9, 2}};
  Dreamer dreamer = Dreamer::create(model, config).value();
  Dreamer live_dreamer = live(model);
  for (int i = 0; i < 40; ++i) {
    if (i % 11 == 0) live_dreamer.trigger(0.2);
    if (i % 11 == 9) live_dreamer.trigger(0.9);
    REQUIRE(copy(dreamer.process()) == copy(live_dreamer.process({})));
  }
}

namespace {

/// Frames of the training sound, side by side.
Frame impulses(const Model& model, std::size_t row) {
  Frame group;
  for (int i = 0; i < model.network.group; ++i) {
    const Frame frame = impulse(model, row + i);
    group.insert(group.end(), frame.begin(), frame.end());
  }
  return group;
}

}  // namespace

TEST_CASE("A model of groups dreams one after another, and each frame of it in turn") {
  const auto group = static_cast<std::size_t>(GENERATE(2, 3));
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const bool silent = GENERATE(false, true), looks_ahead = GENERATE(false, true);
  const Model model = lively_model(Scale::log1p4, 1, static_cast<int>(group));
  const DreamConfig config{.mode = mode, .start = silent ? Start::silent : Start::audible, .temperature = 0};
  Dreamer dreamer = Dreamer::create(model, config).value();
  PlainDream plain(model, mode);
  // Jumps after a whole number of groups and within one; the last wraps around the end of the training sound.
  for (const auto& [position, row, hops] : std::vector<std::tuple<double, std::size_t, std::size_t>>{
           {0.5, 50, 12}, {0.25, 25, 13}, {0.75, 74, 4}, {1.0, 99, 20}}) {
    const std::size_t first = silent ? static_cast<std::size_t>(std::lround(position * (100 - 5 * group))) : row;
    dreamer.trigger(position);
    plain.forget();
    std::vector<Frame> expected;
    const auto expect = [&](const Frame& frames) {
      for (std::size_t i = 0; i < group; ++i) expected.emplace_back(&frames[33 * i], &frames[33 * i] + 33);
    };
    for (std::size_t i = 0; i < 5; ++i) plain.feed(impulses(model, 100 + first + i * group - (silent ? 0 : 2 * group)));
    for (std::size_t i = 0; i < refill && !silent; ++i) expect(impulses(model, first + i * group));
    while (expected.size() < hops) {
      const Frame dreamed = plain.prediction();
      expect(dreamed);
      plain.feed(dreamed);
    }
    for (std::size_t hop = 0; hop < hops; ++hop) {
      REQUIRE(copy(dreamer.process({})) == expected[hop]);
      Budget budget = Budget::unlimited();
      if (looks_ahead) dreamer.ahead(budget);
    }
  }
  CHECK(dreamer.reseeds() == 0);
}

TEST_CASE("A group is fed with the training sound at the cursor, or the newest group of the driver") {
  const bool driven = GENERATE(false, true);
  const Model model = lively_model(Scale::log1p4, 1, 2);
  Dreamer dreamer = live(model);
  PlainDream plain(model, Mode::window);
  const DreamControls controls{.position = 0.9f, .pull = driven ? 0.0f : 1.0f, .drive = driven ? 1.0f : 0.0f};
  for (std::size_t i = 0; i < 4; ++i) plain.feed(impulses(model, 89 + 2 * i - 4));
  Random random(1);
  Frame before(33), driver(33), current, next;
  for (std::size_t hop = 0; hop < 30; ++hop) {
    before = driver;
    for (float& value : driver) value = random.uniform();
    const Frame frame = copy(dreamer.process(controls, driver));
    if (hop % 2 == 0) current = next;
    if (hop >= 6) REQUIRE(frame == Frame(current.begin() + 33 * (hop % 2), current.begin() + 33 * (hop % 2) + 33));
    if (hop < 4 || hop % 2 == 1) continue;  // the network is fed when the first frame of a group is heard
    Frame fed = impulses(model, 89 + hop);
    if (driven) {
      fed = before;
      fed.insert(fed.end(), driver.begin(), driver.end());
    }
    plain.feed(fed);
    next = plain.prediction();
  }
}

TEST_CASE("The network of a model of groups works ahead, equally in each hop") {
  Model model = large_model(257, {64, 64}, Scale::log1p);
  model.network.group = 2;
  model.weights = Weights::create(model.network).value();
  Dreamer dreamer = live(model);
  for (int hop = 0; hop < 42; ++hop) dreamer.process({});  // the training sound
  constexpr std::int64_t plenty = std::int64_t{1} << 60;
  double steps[8], aheads[8];
  for (int hop = 0; hop < 8; ++hop) {
    Budget budget{plenty}, spare{plenty};
    dreamer.begin({});
    dreamer.step(budget);
    CHECK(dreamer.ahead(spare));
    steps[hop] = static_cast<double>(plenty - budget.left);
    aheads[hop] = static_cast<double>(plenty - spare.left);
  }
  for (int hop = 2; hop < 8; ++hop) {
    CHECK(aheads[hop] == Approx(aheads[1]).epsilon(0.1));
    CHECK(steps[hop] < 0.2 * aheads[hop]);
  }
}

TEST_CASE("Sequences of 1 and of even length work too") {
  const auto [sequence, own] = GENERATE(std::pair{1, 1}, std::pair{2, 2}, std::pair{4, 3}, std::pair{6, 4});
  Model model = lively_model();
  model.network.sequence = sequence;
  const auto frames = dream(model, {.position = 1}, 8);
  for (int i = 0; i < own; ++i) CHECK(frames[i] == impulse(model, 99 + i));
  PlainDream plain(model, Mode::window);
  for (int i = own - sequence; i < own; ++i) plain.feed(impulse(model, 199 + i));
  CHECK(frames[own] == plain.prediction());
}

TEST_CASE("Pull feeds back a blend with the training sound at the cursor") {
  const float pull = GENERATE(0.1f, 0.5f, 1.0f);
  const Model model = lively_model(Scale::log1p);
  Dreamer dreamer = live(model);
  PlainDream plain(model, Mode::window);
  DreamControls controls{.position = 0.9f, .pull = pull};
  plain.jump(89);
  double cursor = 89 - 1;
  Frame newest;
  for (int hop = 0; hop < 60; ++hop) {
    if (hop == 20) controls.position = 0.333f;
    if (hop == 40) dreamer.trigger(0.2);
    if (hop == 40) plain.jump(20);
    if (hop == 20) cursor = 0.333f * 99.0;
    const bool own = hop < refill || (hop >= 40 && hop < 40 + refill);
    const Frame frame = copy(dreamer.process(controls));
    if (!own) {
      plain.feed(mix(newest, impulse_at(model, cursor), pull));
      REQUIRE(distance(frame, plain.prediction()) < 1e-5);  // blends rounded in float32 or in float64
    }
    if (hop == 40) cursor = 20 - 1;
    cursor = std::fmod(cursor + 1, 100);
    newest = frame;
  }
}

TEST_CASE("Drive blends the driver's magnitudes into what the network is fed") {
  const float drive = GENERATE(0.2f, 1.0f);
  const Model model = lively_model(Scale::log1p);
  Dreamer dreamer = live(model);
  PlainDream plain(model, Mode::window);
  Random random(3);
  plain.jump(0);
  Frame newest;
  for (int hop = 0; hop < 40; ++hop) {
    Frame driver(33);
    for (float& value : driver) value = 3 * random.uniform();
    const Frame frame = copy(dreamer.process({.pull = 0.3f, .drive = drive}, driver));
    if (hop >= refill) {
      plain.feed(mix(mix(newest, impulse(model, hop - 1), 0.3f), driver, drive));
      REQUIRE(distance(frame, plain.prediction()) < 1e-5);
    }
    newest = frame;
  }
}

TEST_CASE("Drive without a driver does nothing") {
  const Model model = lively_model();
  CHECK(dream(model, {.drive = 1}, 20) == dream(model, {}, 20));
}

TEST_CASE("Speed is in frames per hop, with linear interpolation between frames") {
  const float speed = GENERATE(0.25f, 0.3f, 0.5f, 0.999f, 1.5f, 2.0f, 3.7f, 4.0f);
  const Model model = lively_model();
  const auto whole = dream(model, {.position = 0.4f}, 170);
  const auto frames = dream(model, {.position = 0.4f, .speed = speed}, 40);
  for (int hop = 0; hop < 40; ++hop) {
    const double place = speed * hop;
    const auto before = static_cast<std::size_t>(place);
    REQUIRE(distance(frames[hop], mix(whole[before], whole[before + 1], place - std::floor(place))) < 1e-5);
  }
}

TEST_CASE("Speed 0 holds the sound, a trigger is heard nevertheless, and speed 1 gives exactly the dream again") {
  const Model model = lively_model();
  const auto whole = dream(model, {.position = 0.4f}, 40);
  Dreamer dreamer = live(model);
  CHECK(copy(dreamer.process({.position = 0.4f, .speed = 0})) == whole[0]);
  CHECK(copy(dreamer.process({.position = 0.4f, .speed = 0})) == whole[0]);
  for (int i = 0; i < 5; ++i) dreamer.process({.position = 0.4f, .speed = 0.7f});  // at frame 3.5
  const Frame frozen = copy(dreamer.process({.position = 0.4f, .speed = 0}));
  CHECK(distance(frozen, mix(whole[3], whole[4], 0.5)) < 1e-5);
  for (int i = 0; i < 30; ++i) CHECK(copy(dreamer.process({.position = 0.4f, .speed = 0})) == frozen);
  for (int i = 5; i < 40; ++i) CHECK(copy(dreamer.process({.position = 0.4f, .speed = 1})) == whole[i]);
  dreamer.trigger(0.8);
  CHECK(copy(dreamer.process({.position = 0.4f, .speed = 0})) == impulse(model, 79));
  CHECK(copy(dreamer.process({.position = 0.4f, .speed = 0})) == impulse(model, 79));
}

TEST_CASE("Temperature multiplies each bin by the exponential of normal noise before it is fed back") {
  const float temperature = GENERATE(0.3f, 2.0f);
  const Model model = lively_model(Scale::log1p);
  const LiveModel packed = LiveModel::create(model).value();
  Dreamer dreamer = live(model, Mode::window, 11);
  PlainDream plain(model, Mode::window);
  const double ceiling = packed.content().header().limits.ceiling;
  Random random(11);
  plain.jump(0);
  Frame newest;
  for (int hop = 0; hop < 30; ++hop) {
    const Frame frame = copy(dreamer.process({.temperature = temperature}));
    random.uniform();  // the chance of a jump
    if (hop < refill) {
      REQUIRE(frame == impulse(model, hop));  // the training sound itself is unchanged
    } else {
      plain.feed(newest);
      Frame expected = plain.prediction();
      for (std::size_t k = 0; k < 33; ++k) {
        const double factor = std::exp(double{temperature} * packed.content().residuals[k] * normal(random));
        expected[k] = static_cast<float>(std::min(expected[k] * factor, ceiling));
      }
      REQUIRE(distance(frame, expected) < 3e-5);  // magnitudes up to 16: 3 ulp of exp, arguments of up to 15 in float32
    }
    newest = frame;
  }
}

TEST_CASE("Normal numbers are the normal quantiles of the uniform ones") {
  Random random(1), same(1);
  double mean = 0, square = 0, error = 0;
  constexpr int count = 200000;
  for (int i = 0; i < count; ++i) {
    const double n = normal(random);
    const double uniform = (double{same.uniform()} + 0x1p-25);
    // Φ(n) = uniform, on the side that keeps precision; dividing by its slope gives the error of n.
    const double side = std::min(uniform, 1 - uniform), x = -std::abs(n);
    const double slope = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
    error = std::max(error, std::abs(0.5 * std::erfc(-x / std::sqrt(2)) - side) / slope);
    if ((n < 0) != (uniform < 0.5)) error = 1;
    mean += n / count;
    square += n * n / count;
  }
  CHECK(error < 2e-6);                           // 1e-7 of the formula, rounding of float32 up to 5.3
  CHECK(std::abs(mean) < 4 / std::sqrt(count));  // 4 standard deviations
  CHECK(std::abs(square - 1) < 4 * std::sqrt(2.0 / count));
}

TEST_CASE("Randomness is the chance of a jump, frame by frame") {
  const float randomness = GENERATE(0.0f, 0.1f, 0.5f, 1.0f);
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Model model = lively_model();
  Dreamer dreamer = live(model, mode, 5);
  PlainDream plain(model, mode);
  Random random(5);
  Frame newest;
  std::size_t row = 0;
  int own = 0;
  for (int hop = 0; hop < 95; ++hop) {
    const bool chance = random.uniform() < randomness;
    if (hop == 0 || chance) {
      row = hop == 0 ? 30 : random.below(100);
      own = refill;
      plain.jump(row);
    }
    const Frame frame = copy(dreamer.process({.position = 0.3f, .randomness = randomness}));
    if (own > 0) {
      REQUIRE(frame == impulse(model, row++));
      --own;
    } else {
      plain.feed(newest);
      REQUIRE(frame == plain.prediction());
    }
    newest = frame;
  }
}

TEST_CASE("Knobs are clamped to their ranges, and NaN counts as the default") {
  const Model model = lively_model();
  constexpr float inf = std::numeric_limits<float>::infinity();
  const auto with = [&](const DreamControls& controls) { return dream(model, controls, 30); };
  CHECK(with({not_a_number, not_a_number, not_a_number, not_a_number, not_a_number, not_a_number}) == with({}));
  CHECK(with({.position = inf}) == with({.position = 1}));
  CHECK(with({.position = -3}) == with({.position = 0}));
  CHECK(with({.pull = 2}) == with({.pull = 1}));
  CHECK(with({.pull = 1e-9f}) == with({}));
  CHECK(with({.speed = inf}) == with({.speed = 4}));
  CHECK(with({.speed = -inf}) == with({.speed = 0}));
  CHECK(with({.randomness = 5}) == with({.randomness = 1}));
  CHECK(with({.temperature = inf}) == with({.temperature = 4}));
}

TEST_CASE("Without training frames a live dream is that of a Dreamer, and a trigger restarts it") {
  Model model = lively_model();
  model.impulses = {};
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const DreamControls controls{.position = 0.7f, .pull = 1, .randomness = 1, .temperature = 1};
  Dreamer dreamer = live(model, mode);
  for (int start = 0; start < 3; ++start) {
    Dreamer expected = Dreamer::create(model, {.mode = mode}).value();
    for (int i = 0; i < 20; ++i) {
      const auto frame = expected.process();
      CHECK(copy(dreamer.process(controls)) == copy(frame));
    }
    start == 0 ? dreamer.trigger(0.3) : dreamer.reset(9);
  }
}

TEST_CASE("Reset starts again as after create") {
  const Model model = lively_model();
  const DreamControls controls{.position = 0.2f, .pull = 0.1f, .speed = 0.8f, .randomness = 0.1f, .temperature = 0.5f};
  Dreamer dreamer = live(model, Mode::window, 1);
  dream(dreamer, controls, 17);
  dreamer.trigger(0.9);
  dreamer.reset(2);
  CHECK(dream(dreamer, controls, 50) == dream(model, controls, 50, 2));
}

TEST_CASE("A network that dies is restarted from the training sound, and this is counted") {
  Model model = small_model();
  fix_prediction(model, GENERATE(0.0f, 2.0f, 1e30f, not_a_number));
  Dreamer dreamer = live(model);
  int own = 0;
  for (int i = 0; i < 1000; ++i) {
    const Frame frame = copy(dreamer.process({}));
    for (const float value : frame) REQUIRE((value >= 0 && value <= 16));
    for (std::size_t row = 0; row < 100; ++row) own += frame == impulse(model, row);
  }
  CHECK(dreamer.reseeds() == 9);  // after 100 frames of a second and 3 of the training sound, or 1 more
  CHECK(own == 10 * refill);

  Dreamer led = live(model);
  for (int i = 0; i < 500; ++i) led.process({.pull = 0.5f});
  CHECK(led.reseeds() == 0);
}

namespace {

/// Moves every knob, triggers, changes the mode and swaps models; returns the frames that are heard.
std::vector<Frame> play(Dreamer& dreamer, const LiveModel& next, std::int64_t slice, int hops = 200) {
  std::vector<Frame> frames(static_cast<std::size_t>(hops), Frame(33));
  Random random(1);
  Frame driver(33);
  const std::uint64_t before = allocations();
  for (int hop = 0; hop < hops; ++hop) {
    for (float& value : driver) value = 2 * random.uniform();
    const auto chosen = [&](float highest) { return random.below(3) == 0 ? highest * random.uniform() : 0; };
    const DreamControls controls{chosen(1),    chosen(1), random.below(2) ? 1 : 4 * random.uniform(),
                                 chosen(0.1f), chosen(2), chosen(1)};
    if (hop % 40 == 5 && !dreamer.spare().empty()) {
      std::copy_n(next.content().block.data(), next.content().block.size(), dreamer.spare().data());
      dreamer.swap();
    }
    dreamer.begin(controls, driver);
    Budget budget{slice};
    bool done = dreamer.step(budget);
    // Requests in the middle of a hop wait for the next.
    if (random.below(20) == 0) dreamer.trigger(random.uniform());
    if (hop % 50 == 20) dreamer.set_mode(Mode::stateful);
    if (hop % 50 == 40) dreamer.set_mode(Mode::window);
    if (hop == 150) dreamer.reset(4);
    for (; !done; done = dreamer.step(budget)) budget = {slice};
    budget = {slice};
    if (slice > 0) dreamer.ahead(budget);
    const auto frame = dreamer.frame();
    std::copy(frame.begin(), frame.end(), frames[static_cast<std::size_t>(hop)].begin());
  }
  CHECK(allocations() == before);
  return frames;
}

}  // namespace

TEST_CASE("Slices of any size give bit-identical dreams, without allocations") {
  const Scale scale = GENERATE(Scale::linear, Scale::log1p);
  const int group = GENERATE(1, 2, 3);
  const LiveModel next = LiveModel::create(lively_model(scale, 2, group)).value();
  Dreamer whole = with_room(lively_model(scale, 1, group));
  const auto expected = play(whole, next, INT64_MAX);
  for (const std::int64_t slice : {0, 1, 100, 3000, 20000}) {
    Dreamer dreamer = with_room(lively_model(scale, 1, group));
    CHECK(play(dreamer, next, slice) == expected);
  }
}

TEST_CASE("Flushing subnormals to zero changes no bit of a live dream") {
  const Scale scale = GENERATE(Scale::linear, Scale::log1p);
  Model model = lively_model(scale);
  Random random(7);
  for (float& weight : model.weights.dense_weight.all()) weight *= random.below(2) ? 1e-19f : 1.0f;
  for (float& bias : model.weights.dense_bias) bias *= random.below(2) ? 1e-19f : 1.0f;
  for (float& value : model.impulses.all()) value *= random.below(2) ? 1e-18f : 1.0f;
  const auto render = [&] {
    Dreamer dreamer = with_room(model);
    return play(dreamer, LiveModel::create(model).value(), INT64_MAX);
  };
  const auto plain = render();
  const FlushToZero scope;
  CHECK(render() == plain);
}

namespace {

/// The cost of a hop, which must be as predicted, to within a slice or two.
std::int64_t spent(Dreamer& dreamer, const DreamControls& controls = {}) {
  constexpr std::int64_t plenty = std::int64_t{1} << 60;
  Budget budget{plenty};
  dreamer.begin(controls);
  const auto foretold = static_cast<double>(dreamer.cost());
  REQUIRE(dreamer.step(budget));
  const std::int64_t cost = plenty - budget.left;
  CHECK(static_cast<double>(cost) / foretold == Approx(1).epsilon(0.2));
  return cost;
}

}  // namespace

TEST_CASE("After a jump, each hop costs about as much as usual") {
  struct Case {
    int bins;
    std::vector<int> layers;
    Scale scale;
  };
  const Case shape = GENERATE(Case{1025, {128, 128}, Scale::log1p}, Case{257, {128, 128}, Scale::log1p},
                              Case{257, {64}, Scale::linear});
  Dreamer dreamer = live(large_model(shape.bins, shape.layers, shape.scale));
  for (int hop = 0; hop < 60; ++hop) spent(dreamer);
  const std::int64_t usual = spent(dreamer);
  std::int64_t worst = 0;
  for (int hop = 0; hop < 60; ++hop) {
    worst = std::max(worst, spent(dreamer));
    if (hop % 9 == 0) dreamer.trigger(0.5);  // also within refills
  }
  CHECK(static_cast<double>(worst) / static_cast<double>(usual) < 1.3);
  for (int hop = 0; hop < 30; ++hop) spent(dreamer);

  dreamer.set_mode(Mode::stateful);
  const std::int64_t alone = spent(dreamer);
  dreamer.trigger(0.1);
  for (int hop = 0; hop < 21; ++hop) CHECK(static_cast<double>(spent(dreamer)) < 2.2 * static_cast<double>(alone));
}

TEST_CASE("The network costs no more than twice as much while a new model listens") {
  Dreamer dreamer = with_room(large_model(257, {64, 64}, Scale::log1p));
  for (int hop = 0; hop < 70; ++hop) spent(dreamer);
  const std::int64_t usual = spent(dreamer);
  REQUIRE(dreamer.swap());
  int hops = 0;
  for (; dreamer.swapping(); ++hops) CHECK(spent(dreamer) < 2 * usual);
  CHECK(hops == 48);
  CHECK(spent(dreamer) == usual);
}

TEST_CASE("A new model listens for a sequence, then the dream crossfades to it") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Model first = lively_model(Scale::log1p, 1), second = lively_model(Scale::log1p, 2);
  const LiveModel next = LiveModel::create(second).value();
  Dreamer dreamer = with_room(first, mode);
  PlainDream from(first, mode), to(second, mode);
  from.jump(0);
  Frame newest;
  for (int hop = 0; hop < 60; ++hop) {
    if (hop == 20) {
      REQUIRE(dreamer.spare().size() == next.bytes().size());
      std::copy(next.bytes().begin(), next.bytes().end(), dreamer.spare().begin());
      REQUIRE(dreamer.swap());
      CHECK(dreamer.spare().empty());
      CHECK_FALSE(dreamer.swap());
    }
    const Frame frame = copy(dreamer.process({}));
    if (hop >= refill) {
      from.feed(newest);
      if (hop >= 20) to.feed(newest);
      const double faded = std::clamp((hop - 20 - 5 + 1) / 8.0, 0.0, 1.0);
      const Frame expected = faded == 0   ? from.prediction()
                             : faded == 1 ? to.prediction()
                                          : mix(from.prediction(), to.prediction(), faded);
      REQUIRE(distance(frame, expected) < 1e-5);
    }
    CHECK(dreamer.swapping() == (hop >= 20 && hop < 20 + 5 + 8 - 1));
    newest = frame;
  }
  CHECK(dreamer.spare().size() == next.bytes().size());
}

TEST_CASE("A jump while a new model listens switches to it at once") {
  const Model first = lively_model(Scale::linear, 1), second = lively_model(Scale::linear, 2);
  Dreamer dreamer = with_room(first);
  const LiveModel next = LiveModel::create(second).value();
  const int heard = GENERATE(0, 3, 9);
  const bool resets = GENERATE(false, true);
  dream(dreamer, {.position = 0.5f}, 10);
  std::copy(next.bytes().begin(), next.bytes().end(), dreamer.spare().begin());
  REQUIRE(dreamer.swap());
  dream(dreamer, {.position = 0.5f}, heard);
  resets ? dreamer.reset(0) : dreamer.trigger(0.5);
  CHECK(dream(dreamer, {.position = 0.5f}, 30) == dream(second, {.position = 0.5f}, 30));
  CHECK_FALSE(dreamer.swapping());
}

TEST_CASE("During a refill a new model waits for its end") {
  Dreamer dreamer = with_room(lively_model());
  dream(dreamer, {}, 1);
  REQUIRE(dreamer.swap());
  dream(dreamer, {}, refill - 1 + 5 + 8 - 1);
  CHECK(dreamer.swapping());
  dream(dreamer, {}, 1);
  CHECK_FALSE(dreamer.swapping());
}

TEST_CASE("Models replace each other 200 times, also with fewer training frames") {
  Model shorter = lively_model(Scale::linear, 2);
  auto some = Array2<float>::create(GENERATE(0, 5, 60), 33).value();
  std::copy_n(shorter.impulses.data(), some.size(), some.data());
  shorter.impulses = std::move(some);
  const LiveModel models[2] = {LiveModel::create(lively_model()).value(), LiveModel::create(shorter).value()};
  Dreamer dreamer = with_room(lively_model());
  for (int i = 0; i < 200; ++i) {
    const auto bytes = models[(i + 1) % 2].bytes();
    std::copy(bytes.begin(), bytes.end(), dreamer.spare().begin());
    REQUIRE(dreamer.swap());
    int hops = 0;
    for (; dreamer.swapping() && hops < 100; ++hops) {
      for (const float value : dreamer.process({.position = 1, .pull = 0.2f, .temperature = 0.2f})) {
        REQUIRE((value >= 0 && value <= 16));
      }
    }
    REQUIRE(hops < 20);
    REQUIRE(dreamer.model().frames() == models[(i + 1) % 2].frames());
  }
}

TEST_CASE("Models with any number of components replace each other") {
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  const Model models[] = {model_of_components(2), model_of_components(0), model_of_components(1),
                          model_of_components(30)};
  Dreamer dreamer = with_room(models[0], mode);
  for (std::size_t i = 1; i < 9; ++i) {
    const LiveModel next = LiveModel::create(models[i % 4]).value();
    std::copy(next.bytes().begin(), next.bytes().end(), dreamer.spare().begin());
    const std::uint64_t before = allocations();
    REQUIRE(dreamer.swap());
    for (int hops = 0; hops < 5; ++hops) dreamer.process({});
    dreamer.reset(7);  // jumps, with which the new model takes over
    dreamer.process({});
    CHECK(allocations() == before);
    Dreamer alone = live(models[i % 4], mode);
    dreamer.reset(7);
    alone.reset(7);
    CHECK(dream(dreamer, {}, 40) == dream(alone, {}, 40));
    CHECK_FALSE(dreamer.swapping());
  }
}

TEST_CASE("More components than bins, or than there is room for, are not swapped in") {
  Dreamer dreamer = with_room(model_of_components(0));
  const LiveModel next = LiveModel::create(model_of_components(0)).value();
  for (const std::uint32_t components : {34u, 0xffffffffu, 0u}) {
    std::copy(next.bytes().begin(), next.bytes().end(), dreamer.spare().begin());
    std::memcpy(dreamer.spare().data() + offsetof(LiveHeader, components), &components, sizeof components);
    CHECK(dreamer.swap() == (components == 0));
  }
  Model wide = large_model(301, {8}, Scale::linear);
  Dreamer other = with_room(wide);
  wide.network.components = 257;
  wide.weights = Weights::create(wide.network).value();
  const LiveModel larger = LiveModel::create(wide).value();
  std::copy_n(larger.bytes().begin(), other.spare().size(), other.spare().begin());
  CHECK_FALSE(other.swap());
}

TEST_CASE("Memory for another model is allocated on request, once") {
  Dreamer dreamer = live(lively_model());
  CHECK(dreamer.spare().empty());
  CHECK_FALSE(dreamer.swap());
  const std::uint64_t before = allocations();
  CHECK_FALSE(dreamer.make_room());
  const std::uint64_t after = allocations();
  CHECK(after > before);
  CHECK_FALSE(dreamer.make_room());
  CHECK(allocations() == after);
  CHECK(dreamer.spare().size() == dreamer.model().bytes().size());
}

TEST_CASE("Bytes that do not match the slot are not swapped in") {
  Dreamer dreamer = with_room(lively_model());
  const auto refused = [&](const Model& model) {
    const LiveModel other = LiveModel::create(model).value();
    std::copy_n(other.bytes().begin(), std::min(other.bytes().size(), dreamer.spare().size()), dreamer.spare().begin());
    return !dreamer.swap();
  };
  Model longer = lively_model();
  longer.impulses = Array2<float>::create(101, 33).value();
  CHECK(refused(longer));
  Model slower = lively_model();
  slower.stft.hop = 32;
  CHECK(refused(slower));
  CHECK(refused(lively_model(Scale::log1p)));
  Model other = lively_model();
  other.network.sequence = 4;
  CHECK(refused(other));
  CHECK(refused(large_model(65, {8, 6}, Scale::linear)));
  std::fill(dreamer.spare().begin(), dreamer.spare().end(), std::byte{});
  CHECK_FALSE(dreamer.swap());
  CHECK(dream(dreamer, {}, 20) == dream(lively_model(), {}, 20));
  CHECK_FALSE(refused(lively_model()));
}
