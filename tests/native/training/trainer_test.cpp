#include "lodestone/trainer.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <set>
#include <string>

#include "sanitized.hpp"
#include "training/batch.hpp"
#include "training/small_sound.hpp"
#include "training/stretches.hpp"
#include "training/window_order.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

bool same_bits(Weights a, Weights b) {
  const auto left = tensors(a), right = tensors(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::memcmp(left[i].values.data(), right[i].values.data(), left[i].values.size_bytes()) != 0) return false;
  }
  return left.size() == right.size();
}

Weights trained(Magnitudes sound, const TrainerConfig& config, int steps) {
  Trainer trainer(std::move(sound), config);
  for (int i = 0; i < steps; ++i) trainer.step();
  return trainer.weights().value();
}

std::string refusal(Magnitudes sound, const TrainerConfig& config) {
  const auto trainer = Trainer::create(std::move(sound), config);
  return trainer ? "" : trainer.error().message;
}

std::string refusal(const TrainerConfig& config) { return refusal(small_sound(60), config); }

}  // namespace

TEST_CASE("The same seed gives the same bits, another seed does not") {
  TrainerConfig config = small_config();
  const Weights once = trained(small_sound(40), config, 20);
  CHECK(same_bits(once.clone().value(), trained(small_sound(40), config, 20)));
  config.seed = 1;
  CHECK_FALSE(same_bits(once.clone().value(), trained(small_sound(40), config, 20)));
}

TEST_CASE("All vector widths learn the same, apart from rounding") {
  const char* before = std::getenv("LODESTONE_LANES");
  const std::string kept = before ? before : "";
  std::vector<float> losses;
  for (const char* lanes : {"4", "8", "16"}) {
    setenv("LODESTONE_LANES", lanes, 1);
    Trainer trainer(small_sound(40), small_config());
    while (trainer.epoch() < 5) trainer.step();
    losses.push_back(trainer.losses().back());
  }
  if (before) {
    setenv("LODESTONE_LANES", kept.c_str(), 1);
  } else {
    unsetenv("LODESTONE_LANES");
  }
  CHECK(losses[1] == Approx(losses[0]).epsilon(1e-4));
  CHECK(losses[2] == Approx(losses[0]).epsilon(1e-4));
}

TEST_CASE("The network learns a repeating sound") {
  Magnitudes sound = small_sound(60);
  for (std::size_t m = 0; m < 60; ++m) {
    for (std::size_t k = 0; k < 9; ++k) sound.values(m, k) = (m + k) % 3 == 0 ? 1.0f : 0.1f;
  }
  TrainerConfig config = small_config();
  config.learning_rate = 0.01;
  Trainer trainer(std::move(sound), config);
  while (trainer.epoch() < 60) trainer.step();
  CHECK(trainer.losses().back() < 0.01f * trainer.losses().front());
}

TEST_CASE("An epoch uses every window once, except those that do not fill a batch, in its own order") {
  Random random(1);
  std::vector<std::int64_t> starts(23);
  WindowOrder order(starts, 4);
  REQUIRE(order.batches() == 5);
  std::vector<std::vector<std::int64_t>> epochs;
  for (int epoch = 0; epoch < 2; ++epoch) {
    order.shuffle(random);
    auto& seen = epochs.emplace_back();
    for (std::size_t b = 0; b < order.batches(); ++b) {
      for (const std::int64_t start : order.batch(b)) seen.push_back(start);
    }
    const std::set<std::int64_t> distinct(seen.begin(), seen.end());
    CHECK(distinct.size() == 20);
    CHECK(*distinct.begin() >= 0);
    CHECK(*distinct.rbegin() <= 22);
  }
  CHECK(epochs[0] != epochs[1]);

  Trainer trainer(small_sound(7 + 23), small_config());
  CHECK(trainer.steps_per_epoch() == 5);
  for (int i = 0; i < 11; ++i) trainer.step();
  CHECK(trainer.epoch() == 2);
  CHECK(trainer.step_count() == 11);
  CHECK(trainer.losses().size() == 2);
}

TEST_CASE("Runs of neighbours stay together and are formed anew in each epoch") {
  for (const auto& [windows, batch, run] : {std::array<std::size_t, 3>{83, 16, 4}, {64, 10, 4}, {20, 20, 20}}) {
    Random random(1);
    std::vector<std::int64_t> starts(windows);
    WindowOrder order(starts, batch, run);
    std::set<std::int64_t> cuts, epochs;
    for (int epoch = 0; epoch < 20; ++epoch) {
      order.shuffle(random);
      CHECK(std::set<std::int64_t>(starts.begin(), starts.end()).size() == windows);  // each of them once
      CHECK(*std::max_element(starts.begin(), starts.end()) == static_cast<std::int64_t>(windows) - 1);
      const std::size_t whole = order.batches() * batch / run;
      std::size_t cut = 0;
      for (std::size_t r = 0; r + 1 < whole; ++r) {
        const auto first = starts.begin() + static_cast<std::ptrdiff_t>(r * run);
        for (std::size_t w = 1; w < run; ++w) cut += first[w] != first[0] + static_cast<std::int64_t>(w);
      }
      CHECK(cut == 0);
      cuts.insert(starts[0] % static_cast<std::int64_t>(run));
      epochs.insert(starts[0]);
    }
    CHECK(cuts.size() > 1);
    CHECK(epochs.size() > 3);
  }
}

TEST_CASE("The trainer keeps the windows of a run together") {
  TrainerConfig config = small_config();
  const Weights alone = trained(small_sound(40), config, 3);
  config.run = 2;
  CHECK_FALSE(same_bits(alone.clone().value(), trained(small_sound(40), config, 3)));
}

TEST_CASE("Stretches go around the ring in lanes, and none spans two clips") {
  for (const std::vector<std::uint64_t>& clips :
       {std::vector<std::uint64_t>{3}, {8}, {65}, {66}, {101}, {700}, {8, 8, 8}, {2, 300, 2, 17}, {50, 3, 3, 3, 3}}) {
    for (const std::size_t batch : {2, 9, 64}) {
      for (const std::size_t longest : {1, 2, 8}) {
        if (longest > batch) continue;
        std::vector<Clip> list;
        std::vector<std::size_t> ring;  // the frame that each prediction starts from
        std::set<std::size_t> firsts, ends;
        std::size_t frames = 10;  // the first clip need not begin at 0
        for (const std::uint64_t length : clips) {
          list.push_back({frames, length});
          firsts.insert(frames);
          for (std::size_t m = 1; m < length; ++m) ring.push_back(frames++);
          ends.insert(frames++);
        }
        Stretches stretches = Stretches::create(list, batch, longest).value();
        REQUIRE(stretches.predictions() == ring.size());
        const std::size_t count = stretches.count();
        for (const std::size_t turn : {std::size_t{0}, ring.size() / 3, ring.size() - 1}) {
          stretches.lay(turn);
          CHECK(stretches.count() == count);
          const std::size_t lanes = stretches.step(0).size();
          CHECK(lanes * longest <= batch);
          std::vector<int> predicted(frames);
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            std::size_t next = stretches.step(0)[lane].start;
            CHECK(next == ring[(ring.size() * lane / lanes + turn) % ring.size()]);
            for (std::size_t i = 0; i < count; ++i) {
              const Stretch& stretch = stretches.step(i)[lane];
              CHECK(stretch.length > 0);
              CHECK(stretch.length <= longest);
              CHECK(stretch.start == next);
              CHECK(stretch.fresh == (i == 0 || firsts.count(stretch.start) == 1 ? 1 : 0));
              for (std::size_t t = 0; t < stretch.length; ++t) {
                CHECK(ends.count(stretch.start + t) == 0);
                ++predicted.at(stretch.start + t + 1);
              }
              next = stretch.start + stretch.length;
              if (ends.count(next) == 1) next = next + 1 < frames ? next + 1 : 10;
            }
          }
          if (turn > 0) continue;
          for (const std::size_t from : ring) CHECK(predicted.at(from + 1) >= 1);
        }
      }
    }
  }
}

TEST_CASE("Stretches are trained on, validated and held out like windows") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.learning_rate = 0.01;
  config.validation = 0.25;
  Magnitudes sound = small_sound(60);
  for (std::size_t m = 0; m < 60; ++m) {
    for (std::size_t k = 0; k < 9; ++k) sound.values(m, k) = (m + k) % 3 == 0 ? 1.0f : 0.1f;
  }
  Magnitudes other{sound.stft, sound.values.clone().value()};
  for (std::size_t m = 47; m < 60; ++m) {  // 53 windows, of which 13 are held out
    for (float& value : other.values.row(m)) value += 1;
  }
  Trainer first(std::move(sound), config), second(std::move(other), config);
  while (first.epoch() < 60) first.step();
  while (second.epoch() < 60) second.step();
  CHECK(first.losses().back() < 0.01f * first.losses().front());
  CHECK(first.validation_losses().back() < 0.01f * first.validation_losses().front());
  CHECK(same_bits(first.weights().value(), second.weights().value()));  // training has not seen them
  CHECK(second.validation_losses().back() > first.validation_losses().back() + 0.1f);
}

TEST_CASE("The loss of an epoch is the mean of its steps") {
  Trainer trainer(small_sound(30), small_config());
  double sum = 0;
  for (int i = 0; i < trainer.steps_per_epoch(); ++i) sum += trainer.step();
  CHECK(trainer.losses()[0] == Approx(sum / trainer.steps_per_epoch()).epsilon(1e-6));
}

TEST_CASE("A batch knows its distinct frames") {
  Batch batch;
  Arena needed;
  batch.lay_out(needed, 20, 4, 5);
  auto block = Buffer<std::byte>::create(needed.size()).value();
  Arena arena(block.data());
  batch.lay_out(arena, 20, 4, 5);
  const std::vector<std::int64_t> starts{3, 3, 5, 12};
  for (int again = 0; again < 2; ++again) {
    batch.select(starts, 5);
    const std::vector<std::size_t> frames{3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16};
    const std::vector<std::uint32_t> counts{2, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    REQUIRE(batch.distinct() == frames.size());
    for (std::size_t d = 0; d < frames.size(); ++d) {
      CHECK(batch.frame(d) == frames[d]);
      CHECK(batch.count(d) == counts[d]);
    }
    for (std::size_t w = 0; w < 4; ++w) {
      for (std::size_t t = 0; t < 5; ++t)
        CHECK(batch.frame(batch.slot(t, w)) == static_cast<std::size_t>(starts[w]) + t);
    }
  }
  const std::vector<std::int64_t> last{17};
  batch.select(last, 5);  // the last frame is repeated beyond the end
  REQUIRE(batch.distinct() == 5);
  for (std::size_t t = 0; t < 5; ++t) CHECK(batch.frame(batch.slot(t, 0)) == std::min<std::size_t>(17 + t, 19));
}

TEST_CASE("log1p trains on compressed frames and keeps linear impulses") {
  TrainerConfig config = small_config();
  Magnitudes compressed = small_sound(40);
  compress(Scale::log1p, compressed.values.all());
  const Weights expected = trained(std::move(compressed), config, 10);
  config.scale = Scale::log1p;
  Trainer trainer(small_sound(40), config);
  for (int i = 0; i < 10; ++i) trainer.step();
  CHECK(same_bits(trainer.weights().value(), expected.clone().value()));
  const Model model = trainer.model().value();
  CHECK(model.network.scale == Scale::log1p);
  const Magnitudes sound = small_sound(40);
  for (std::size_t i = 0; i < sound.values.size(); ++i) {
    CHECK(model.impulses.all()[i] == Approx(sound.values.all()[i]).epsilon(1e-3));  // float16 has 11 bits
  }
}

TEST_CASE("A model contains what was learned") {
  TrainerConfig config = small_config();
  config.validation = 0.2;
  Trainer trainer(small_sound(40), config);
  while (trainer.epoch() < 3) trainer.step();
  const Model model = trainer.model().value();
  CHECK(model.stft == small_sound(1).stft);
  CHECK(model.network == NetworkConfig{9, {6, 5}, 7, Scale::linear});
  CHECK(same_bits(model.weights.clone().value(), trainer.weights().value()));
  CHECK(model.losses.size() == 3);
  CHECK(model.validation_losses.size() == 3);
  CHECK(model.impulses.rows() == 40);
  auto rounded = small_sound(40).values;
  CHECK(round_to_half(rounded.all()));
  CHECK(std::equal(rounded.all().begin(), rounded.all().end(), model.impulses.all().begin()));

  config.keep_impulses = false;
  CHECK(Trainer(small_sound(40), config).model().value().impulses.rows() == 0);
}

TEST_CASE("Validation holds out the last windows") {
  TrainerConfig config = small_config();
  config.validation = 0.25;
  // 32 windows: 24 to train on, 8 held out, whose targets are the last 8 frames.
  Magnitudes other = small_sound(39);
  for (std::size_t m = 31; m < 39; ++m) {
    for (float& value : other.values.row(m)) value += 1;
  }
  Trainer first(small_sound(39), config), second(std::move(other), config);
  CHECK(first.steps_per_epoch() == 6);
  while (first.epoch() < 2) first.step();
  while (second.epoch() < 2) second.step();
  CHECK(same_bits(first.weights().value(), second.weights().value()));  // training has not seen them
  REQUIRE(first.validation_losses().size() == 2);
  CHECK(second.validation_losses()[1] > first.validation_losses()[1] + 0.1f);

  // The held-out loss is that of inference.
  const Magnitudes sound = small_sound(39);
  auto predictor = Predictor::create(first.network(), first.weights().value(), Mode::window).value();
  double sum = 0;
  for (std::size_t m = 0; m < 38; ++m) {
    const auto prediction = predictor.process(sound.values.row(m));
    if (m + 1 < 31) continue;
    for (std::size_t k = 0; k < 9; ++k) sum += std::pow(prediction[k] - sound.values(m + 1, k), 2);
  }
  CHECK(first.validation_losses()[1] == Approx(sum / (8 * 9)).epsilon(1e-5));
}

TEST_CASE("Predictions are still those of the last step when an epoch ends with validation") {
  TrainerConfig config = small_config();
  const Weights initial = random_weights({9, {6, 5}, 7, Scale::linear}, 1);
  const auto last_predictions = [&](double validation, std::size_t frames) {
    config.validation = validation;
    auto trainer = Trainer::create(small_sound(frames), config, &initial).value();
    for (int i = 0; i < trainer.steps_per_epoch(); ++i) trainer.step();
    return std::vector<float>(trainer.predictions().all().begin(), trainer.predictions().all().end());
  };
  CHECK(last_predictions(0, 31) == last_predictions(0.25, 39));  // 24 windows each
}

TEST_CASE("PyTorch's initial weights") {
  Weights weights = Trainer(small_sound(40), small_config()).weights().value();
  for (const NamedTensor& tensor : tensors(weights)) {
    if (tensor.name == "batch_norm.weight" || tensor.name == "batch_norm.running_var") {
      for (const float value : tensor.values) CHECK(value == 1.0f);
    } else if (tensor.name.find("batch_norm") == 0) {
      for (const float value : tensor.values) CHECK(value == 0.0f);
    } else {
      const float limit = 1 / std::sqrt(tensor.name.find("_l0") != std::string::npos ? 6.0f : 5.0f);
      float largest = 0;
      for (const float value : tensor.values) largest = std::max(largest, std::abs(value));
      CHECK(largest <= limit);
      CHECK(largest > 0.6f * limit);
    }
  }
}

TEST_CASE("Keras' initial weights") {
  TrainerConfig config = small_config();
  config.initialiser = Initialiser::keras;
  config.layers = {24, 16};
  const Weights weights = Trainer(small_sound(40), config).weights().value();
  const auto check_glorot = [](const Array2<float>& values) {
    const double limit = std::sqrt(6.0 / static_cast<double>(values.rows() + values.cols()));
    double largest = 0, squares = 0;
    for (const float value : values.all()) {
      largest = std::max(largest, std::abs(static_cast<double>(value)));
      squares += static_cast<double>(value) * value;
    }
    CHECK(largest <= limit * 1.000001);
    // The variance of a uniform distribution, of at least 144 samples: ± 25 %.
    CHECK(squares / static_cast<double>(values.size()) == Approx(limit * limit / 3).epsilon(0.25));
  };
  check_glorot(weights.dense_weight);
  for (const LstmWeights& layer : weights.layers) {
    check_glorot(layer.input);
    const std::size_t hidden = layer.recurrent.cols();
    for (std::size_t a = 0; a < hidden; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double product = 0;
        for (std::size_t r = 0; r < 4 * hidden; ++r)
          product += static_cast<double>(layer.recurrent(r, a)) * layer.recurrent(r, b);
        CHECK(product == Approx(a == b ? 1.0 : 0.0).margin(1e-6));
      }
    }
    for (std::size_t j = 0; j < 4 * hidden; ++j) {
      CHECK(layer.input_bias[j] == (j / hidden == 1 ? 1.0f : 0.0f));
      CHECK(layer.recurrent_bias[j] == 0.0f);
    }
  }
}

TEST_CASE("Frames that cannot be learned are refused, naming frame and bin") {
  const TrainerConfig config = small_config();
  const auto with = [&](float value) {
    Magnitudes sound = small_sound(40);
    sound.values(12, 5) = value;
    return refusal(std::move(sound), config);
  };
  CHECK(with(std::numeric_limits<float>::quiet_NaN()) == "the magnitude of frame 12, bin 5 is nan; allowed: 0 to 1e15");
  CHECK(with(std::numeric_limits<float>::infinity()) == "the magnitude of frame 12, bin 5 is inf; allowed: 0 to 1e15");
  CHECK(with(-0.5f) == "the magnitude of frame 12, bin 5 is -0.5; allowed: 0 to 1e15");
  CHECK(with(0.0f) == "");
  Magnitudes sound = small_sound(40);
  sound.stft.size = 32;
  CHECK(refusal(std::move(sound), config) == "the frames have 9 bins; expected 17, half the FFT size plus one");
}

TEST_CASE("A sound that is too short is refused, stating how many seconds are needed") {
  TrainerConfig config = small_config();
  CHECK(refusal(small_sound(10), config) ==
        "the sound is too short: it has 10 frames (1 s); a batch of 4 windows of 7 frames needs 11 frames (1.1 s)");
  CHECK(refusal(small_sound(0), config) != "");
  CHECK(refusal(small_sound(11), config) == "");
  config.validation = 0.5;  // with 7 windows, 4 are held out; with 8, 4 too
  CHECK(refusal(small_sound(14), config).find("needs 15 frames (1.5 s)") != std::string::npos);
  CHECK(refusal(small_sound(15), config) == "");

  config = small_config();
  config.training = Training::sequence;
  config.batch = 16;
  CHECK(refusal(small_sound(16), config) ==
        "the sound is too short: it has 16 frames (1.6 s); a batch of 8 stretches of 2 frames needs 17 frames (1.7 s)");
  CHECK(refusal(small_sound(17), config) == "");
  config.batch = 4;  // one window needs more than that
  CHECK(refusal(small_sound(7), config).find("needs 8 frames") != std::string::npos);
  CHECK(refusal(small_sound(8), config) == "");
}

TEST_CASE("Invalid configurations are refused, naming field, value and allowed range") {
  const auto with = [](auto change) {
    TrainerConfig config = small_config();
    change(config);
    return refusal(config);
  };
  using C = TrainerConfig;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(with([](C& c) { c.layers.clear(); }) == "number of layers is 0; allowed: 1 to 4");
  CHECK(with([](C& c) { c.layers = {1000000000}; }) == "layers is 1000000000; allowed: 1 to 4096 units per layer");
  CHECK(with([](C& c) { c.sequence = 0; }) == "sequence is 0; allowed: 1 to 4096 frames");
  CHECK(with([](C& c) { c.batch = 1; }) == "batch is 1; allowed: 2 to 4096");
  CHECK(with([](C& c) { c.run = 5; }) == "run is 5; allowed: 1 to 4, the batch");
  CHECK(with([](C& c) { c.run = 0; }) == "run is 0; allowed: 1 to 4, the batch");
  const auto stretches = [](int stretch) {
    return [stretch](C& c) {
      c.training = Training::sequence;
      c.stretch = stretch;
    };
  };
  CHECK(with(stretches(5)) == "stretch is 5; allowed: 1 to 4, the batch");
  CHECK(with(stretches(0)) == "stretch is 0; allowed: 1 to 4, the batch");
  CHECK(with([](C& c) { c.learning_rate = -1; }) == "learning_rate is -1; allowed: 0 to 1");
  CHECK(with([&](C& c) { c.learning_rate = nan; }) == "learning_rate is nan; allowed: 0 to 1");
  CHECK(with([](C& c) { c.weight_decay = -1; }) == "weight_decay is -1; allowed: 0 to 1");
  CHECK(with([](C& c) { c.clip_norm = -1; }) == "clip_norm is -1; allowed: 0 (no clipping) or more");
  CHECK(with([](C& c) { c.validation = 0.6; }) == "validation is 0.6; allowed: 0 to 0.5 of the windows");
}

TEST_CASE("Initial weights must match the network") {
  const Weights other = random_weights({9, {6, 4}, 7, Scale::linear}, 1);
  const auto refused = Trainer::create(small_sound(40), small_config(), &other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "lstm.weight_ih_l1 has the shape [16, 6]; expected [20, 6]");
}

TEST_CASE("Windows that are out of range are refused") {
  Trainer trainer(small_sound(40), small_config());
  const auto message = [&](std::vector<std::int64_t> starts) {
    const auto loss = trainer.step_on(starts);
    return loss ? "" : loss.error().message;
  };
  CHECK(message({0, 32}) == "");
  CHECK(message({0, 33}) == "window start is 33; allowed: 0 to 32");
  CHECK(message({-1, 3}) == "window start is -1; allowed: 0 to 32");
  CHECK(message({3}) == "number of windows is 1; allowed: 2 to 4");
  CHECK(message({0, 1, 2, 3, 4}) == "number of windows is 5; allowed: 2 to 4");
  CHECK(trainer.step_count() == 1);
}

TEST_CASE("A loss that overflows leaves finite weights") {
  TrainerConfig config = small_config();
  Weights initial = random_weights({9, {6, 5}, 7, Scale::linear}, 1);
  for (std::size_t k = 0; k < 9; ++k) {  // whatever the sign of the outputs, some predictions overflow
    for (float& value : initial.dense_weight.row(k)) value = k % 2 == 0 ? 3e38f : -3e38f;
    initial.dense_bias[k] = 3.4e38f;
  }
  auto trainer = Trainer::create(small_sound(40), config, &initial).value();
  bool blown = false;
  for (int i = 0; i < 20; ++i) blown |= !std::isfinite(trainer.step());
  CHECK(blown);
  Weights weights = trainer.weights().value();
  for (const NamedTensor& tensor : tensors(weights)) {
    for (const float value : tensor.values) REQUIRE(std::isfinite(value));
  }

  Magnitudes loud = small_sound(40);
  for (float& value : loud.values.all()) value *= 4e14f;
  config.learning_rate = 1;
  Trainer wild(std::move(loud), config);
  for (int i = 0; i < 50; ++i) wild.step();
  CHECK(wild.step_count() == 50);
}

#if !defined(__SANITIZE_ADDRESS__)  // its malloc counts differently
TEST_CASE("The predicted memory is what create takes") {
  for (const Scale scale : {Scale::linear, Scale::log1p}) {
    for (const std::vector<int>& layers : {std::vector<int>{128, 128}, {64}, {100, 30, 200, 64}}) {
      TrainerConfig config;
      config.layers = layers;
      config.scale = scale;
      config.components = scale == Scale::linear ? 0 : GENERATE(0, 64);
      config.group = config.components > 0 ? GENERATE(1, 2) : 1;
      Magnitudes sound = small_sound(0);
      sound.stft.size = 512;
      sound.values = random_frames(1000, 257, 1);
      const auto taken = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
      const auto before = taken();
      const Trainer trainer(std::move(sound), config);
      const double actual = static_cast<double>(taken() - before);
      CHECK(
          actual ==
          Approx(static_cast<double>(Trainer::memory(1000, 257, config))).epsilon(0.02));  // small blocks and rounding
    }
  }
}
#endif

TEST_CASE("Impossible sizes are predicted to take more memory than there is") {
  TrainerConfig config;
  CHECK(Trainer::memory(std::numeric_limits<std::uint64_t>::max(), 1025, config) ==
        std::numeric_limits<std::uint64_t>::max());
  config.layers = {4096, 4096, 4096, 4096};
  config.sequence = config.batch = 4096;
  CHECK(Trainer::memory(2147483647, 32769, config) > (std::uint64_t{1} << 40));
  config.layers = {1000000000};
  CHECK(Trainer::memory(1000, 1025, config) == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("Residuals match predictions of single windows, computed in double precision") {
  const auto [scale, validation, training] =
      GENERATE(table<Scale, double, Training>({{Scale::linear, 0.3, Training::windows},
                                               {Scale::log1p, 0, Training::windows},
                                               {Scale::linear, 0.25, Training::sequence}}));
  TrainerConfig config = small_config();
  config.scale = scale;
  config.validation = validation;
  config.training = training;
  constexpr std::size_t frames = 7 + 40;
  const auto make_sound = [] {
    Magnitudes sound = small_sound(frames);
    for (std::size_t m = 0; m < frames; ++m) {
      sound.values(m, 4) = 0;       // a silent bin
      sound.values(m, 5) *= 1e-8f;  // one whose level the network does not reach
    }
    return sound;
  };
  config.learning_rate = 0.01;
  Trainer trainer(make_sound(), config);
  for (int i = 0; i < 100; ++i) trainer.step();
  const Model model = trainer.model().value();

  const Magnitudes sound = make_sound();
  Predictor predictor = Predictor::create(model.network, model.weights, Mode::window).value();
  const auto held = static_cast<std::size_t>(validation * 40);
  const std::size_t first = held > 0 ? 40 - held : 0;
  std::vector<double> level(9), sum(9);
  for (std::size_t s = first; s < 40; ++s) {
    for (std::size_t k = 0; k < 9; ++k) level[k] += std::pow(sound.values(s + 7, k), 2) / double(40 - first);
  }
  for (std::size_t s = first; s < 40; ++s) {
    predictor.reset();
    for (std::size_t t = 0; t < 7; ++t) {
      Buffer<float> frame = Buffer<float>::create(9).value();
      std::copy_n(sound.values.row(s + t).data(), 9, frame.data());
      compress(scale, frame);
      predictor.process(frame);
    }
    for (std::size_t k = 0; k < 9; ++k) {
      const double y = predictor.prediction()[k];
      const double predicted = std::max(0.0, scale == Scale::linear ? y : std::exp(y) - 1);
      const double floor = 0.1 * std::sqrt(level[k]);
      sum[k] += std::pow(std::log((sound.values(s + 7, k) + floor) / (predicted + floor)), 2);
    }
  }
  REQUIRE(model.residuals.size() == 9);
  for (std::size_t k = 0; k < 9; ++k) {
    const double expected = k == 4 ? 0 : std::min(1.0, std::sqrt(sum[k] / double(40 - first)));
    INFO("bin " << k);
    CHECK(model.residuals[k] == Approx(expected).epsilon(1e-4));  // rounding in the two passes
  }
  CHECK(model.residuals[5] == 1);
  CHECK(model.residuals[0] < 0.9f);
  CHECK(model.clone().value().residuals[3] == model.residuals[3]);
}

TEST_CASE("For a long sound, residuals use 64 evenly spaced windows") {
  TrainerConfig config = small_config();
  config.batch = 50;  // the windows are predicted in batches of 50 and 14
  constexpr std::size_t frames = 7 + 300;
  const auto residuals = [&](std::size_t loud) {
    Magnitudes sound = small_sound(frames);
    for (std::size_t k = 0; k < 9; ++k) sound.values(loud, k) = 100;
    return Trainer(std::move(sound), config).model().value().residuals[0];
  };
  // Window i starts at 300 i / 64: the 50th at 234; none at 235. The windows that contain the loud frame are the same
  // except for one.
  CHECK(std::abs(residuals(234 + 7) - residuals(235 + 7)) > 0.01f);
}

TEST_CASE("Asking for the model between steps does not affect training") {
  TrainerConfig config = small_config();
  config.training = GENERATE(Training::windows, Training::sequence);
  config.batch = 8;
  Trainer alone(small_sound(60), config), asked(small_sound(60), config);
  for (int i = 0; i < 20; ++i) {
    alone.step();
    asked.step();
    CHECK(asked.model());
  }
  CHECK(same_bits(alone.weights().value(), asked.weights().value()));
}

TEST_CASE("With feedback the network reads a share of its own predictions, and learns to predict the sound") {
  TrainerConfig config = small_config();
  config.training = Training::sequence;
  config.stretch = 2;
  Trainer plain = Trainer::create(small_sound(40), config).value();
  config.feedback = 1;
  Trainer fed = Trainer::create(small_sound(40), config).value();
  // In the first epoch every frame is read before it is predicted, except those after the lanes' first stretches.
  CHECK(plain.step() == fed.step());
  while (plain.epoch() < 30) plain.step();
  while (fed.epoch() < 30) fed.step();
  CHECK_FALSE(same_bits(plain.weights().value(), fed.weights().value()));
  CHECK(fed.losses().back() < 0.9f * fed.losses().front());
  // A state includes what is read and where the epoch began.
  fed.step();
  const auto state = fed.state().value();
  Trainer other = Trainer::create(small_sound(40), config).value();
  REQUIRE_FALSE(other.restore(state));
  for (int i = 0; i < 40; ++i) CHECK(fed.step() == other.step());
  CHECK(same_bits(fed.weights().value(), other.weights().value()));
}
