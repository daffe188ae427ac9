// A network that reads and predicts groups of frames: it learns like a network of frames that lie side by side.
#include "training/groups.hpp"

#include <catch2/catch.hpp>

#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

TrainerConfig config_of(int group, Training training) {
  TrainerConfig config = small_config();
  config.group = group;
  config.components = 4;
  config.training = training;
  config.feedback = training == Training::sequence ? 1 : 0;
  config.scale = Scale::log1p4;
  return config;
}

/// The clips of a sound as many clips of groups side by side: for each frame that a first group can start at, one.
struct SideBySide {
  Magnitudes sound;
  std::vector<std::uint64_t> clips;
  std::vector<std::int64_t> row;  ///< of the group that starts at a frame

  SideBySide(const Magnitudes& frames, std::span<const std::uint64_t> lengths, std::size_t group)
      : sound{frames.stft, {}, 0}, row(frames.count()) {
    const std::size_t bins = frames.values.cols();
    std::vector<float> values;
    std::size_t start = 0;
    for (const std::uint64_t length : lengths) {
      for (std::size_t first = 0; first < group; ++first) {
        std::uint64_t count = 0;
        for (std::size_t at = first; at + group <= length; at += group, ++count) {
          row[start + at] = static_cast<std::int64_t>(values.size() / (group * bins));
          const float* from = frames.values.row(start + at).data();
          values.insert(values.end(), from, from + group * bins);
        }
        clips.push_back(count);
      }
      start += length;
    }
    sound.stft.size = static_cast<int>(2 * (group * bins - 1));
    sound.values = Array2<float>::create(values.size() / (group * bins), group * bins).value();
    std::copy(values.begin(), values.end(), sound.values.data());
  }
};

/// With tolerance for principal components found from the same frames in another order.
void check_close(std::span<const float> a, std::span<const float> b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double{a[i]} - b[i]));
  CHECK(largest < 2e-3);
}

}  // namespace

TEST_CASE("A group follows the one that ends where it starts, and all are numbered") {
  const Groups groups(3, 20);
  std::vector<int> frames(groups.count());
  for (std::uint64_t frame = 0; frame < 20; ++frame) {
    CHECK(groups.frame(groups.at(frame)) == frame);
    if (frame + 3 < 20) CHECK(groups.at(frame + 3) == groups.at(frame) + 1);
    ++frames[groups.at(frame)];
  }
  CHECK(std::count(frames.begin(), frames.end(), 1) == 20);
  CHECK(Groups(1, 20).count() == 20);
}

TEST_CASE("A trainer of groups learns as one of frames side by side does, of every alignment as if it were a clip") {
  const int group = GENERATE(2, 3);
  const std::vector<std::uint64_t> clips{31, 9, 40};  // one is too short
  const SideBySide stacked(small_sound(80), clips, static_cast<std::size_t>(group));
  Trainer grouped = Trainer::create(small_sound(80), config_of(group, Training::sequence), nullptr, clips).value();
  Magnitudes sound{stacked.sound.stft, stacked.sound.values.clone().value(), 0};
  Trainer plain = Trainer::create(std::move(sound), config_of(1, Training::sequence), nullptr, stacked.clips).value();
  REQUIRE(grouped.steps_per_epoch() == plain.steps_per_epoch());
  for (int step = 0; step < 3 * plain.steps_per_epoch(); ++step) {
    REQUIRE(grouped.step() == Approx(plain.step()).epsilon(1e-4));
  }
  const Model model = grouped.model().value();
  CHECK(model.network.bins == 9);
  CHECK(model.network.group == group);
  CHECK(model.impulses.cols() == 9);
  const Weights folded = fold(model.network, tensors(model.weights)).value();
  const Weights expected = plain.weights().value();
  check_close(grouped.weights()->layers[0].recurrent.all(), expected.layers[0].recurrent.all());
  CHECK(folded.dense_weight.rows() == static_cast<std::size_t>(9 * group));
}

TEST_CASE("A window of groups may start at every frame") {
  const std::vector<std::uint64_t> clips{80};
  const SideBySide stacked(small_sound(80), clips, 2);
  Trainer grouped(small_sound(80), config_of(2, Training::windows));
  Magnitudes sound{stacked.sound.stft, stacked.sound.values.clone().value(), 0};
  Trainer plain = Trainer::create(std::move(sound), config_of(1, Training::windows), nullptr, stacked.clips).value();
  CHECK(grouped.steps_per_epoch() == (80 - 2 * 8 + 1) / 4);
  const std::vector<std::int64_t> starts{64, 3, 10, 11};  // the last possible one first
  std::vector<std::int64_t> rows;
  for (const std::int64_t start : starts) rows.push_back(stacked.row[static_cast<std::size_t>(start)]);
  CHECK(grouped.step_on(starts).value() == Approx(plain.step_on(rows).value()).epsilon(1e-4));
  check_close(grouped.predictions().all(), plain.predictions().all());
  CHECK(grouped.step_on(std::vector<std::int64_t>{0, 65}).error().message == "window start is 65; allowed: 0 to 64");
  for (int step = 0; step < 20; ++step) REQUIRE(std::isfinite(grouped.step()));
}

TEST_CASE("Held-out losses and residuals are those of the model's groups") {
  TrainerConfig config = config_of(2, GENERATE(Training::windows, Training::sequence));
  config.validation = 0.2;
  Trainer trainer(small_sound(50), config);
  while (trainer.epoch() < 2) trainer.step();
  const Model model = trainer.model().value();
  Array2<float> y = small_sound(50).values;
  compress(config.scale, y.all());
  const auto group = [](const Array2<float>& of, std::size_t frame) {
    return std::span<const float>(of.row(frame).data(), 18);
  };
  const Array2<float> sound = small_sound(50).values;
  double squares = 0, logarithms[18] = {}, energies[18] = {};
  std::vector<std::vector<float>> predictions;
  const std::size_t first = 42;  // targets of the last 7 of 35 windows
  for (std::size_t target = first; target < 49; ++target) {
    Predictor predictor = Predictor::create(model.network, model.weights, Mode::window).value();
    std::span<const float> predicted;
    for (std::size_t m = target - 14; m < target; m += 2) predicted = predictor.process(group(y, m));
    predictions.emplace_back(predicted.begin(), predicted.end());
    for (std::size_t k = 0; k < 18; ++k) squares += std::pow(predicted[k] - group(y, target)[k], 2);
    expand(config.scale, predictions.back());
    for (std::size_t k = 0; k < 18; ++k) energies[k] += std::pow(group(sound, target)[k], 2) / 7;
  }
  CHECK(trainer.status().best_epoch == 2);
  CHECK(trainer.validation_losses()[1] == Approx(squares / (7 * 18)).epsilon(1e-4));
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t k = 0; k < 18; ++k) {
      const double floor = 0.1 * std::sqrt(energies[k]), prediction = std::max(0.0f, predictions[i][k]);
      logarithms[k] += std::pow(std::log((group(sound, first + i)[k] + floor) / (prediction + floor)), 2) / 7;
    }
  }
  REQUIRE(model.residuals.size() == 18);
  for (std::size_t k = 0; k < 18; ++k) {
    CHECK(model.residuals[k] == Approx(std::min(1.0, std::sqrt(logarithms[k]))).epsilon(1e-3));
  }
}

TEST_CASE("A training of groups starts from a model of groups, and refuses any other") {
  const TrainerConfig config = config_of(2, Training::sequence);
  Trainer trainer(small_sound(60), config);
  for (int step = 0; step < 30; ++step) trainer.step();
  const Model model = trainer.model().value();
  const Weights folded = fold(model.network, tensors(model.weights)).value();
  Trainer further = Trainer::create(small_sound(60), config, &folded).value();
  CHECK(further.step() < 1.2 * trainer.step());
  CHECK(Trainer::create(small_sound(60), config_of(1, Training::sequence), &folded).error().message ==
        "batch_norm.weight has the shape [18]; expected [9]");
}

TEST_CASE("Groups that cannot be learned are refused") {
  TrainerConfig config = config_of(2, Training::sequence);
  CHECK(Trainer::create(small_sound(15), config).error().message ==
        "the sound is too short: it has 15 frames (1.5 s); a batch of 2 stretches of 4 frames needs 16 frames (1.6 s)");
  config.components = 0;
  CHECK(Trainer::create(small_sound(60), config).error().message ==
        "group is 2; allowed: 1 if all bins are learned (components 0)");
  config.components = 19;
  CHECK(Trainer::create(small_sound(60), config).error().message == "components is 19; allowed: -1 to 18, the bins");
  config.group = 17;
  CHECK(Trainer::create(small_sound(60), config).error().message == "group is 17; allowed: 1 to 16 frames");
}
