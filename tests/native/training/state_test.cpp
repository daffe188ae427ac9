#include <catch2/catch.hpp>
#include <cstring>

#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

std::string refusal(Trainer& trainer, std::span<const std::byte> state) {
  const auto before = state_of(trainer);
  const Status wrong = trainer.restore(state);
  if (!wrong) return "";
  CHECK(wrong->code == ErrorCode::invalid_data);
  CHECK((state_of(trainer) == before));  // nothing has changed
  return wrong->message;
}

TrainerConfig config_of(Training training) {
  TrainerConfig config = small_config();
  config.training = training;
  config.validation = 0.2;
  config.epochs = 6;
  return config;
}

}  // namespace

TEST_CASE("Resuming from a state gives bit-identical results") {
  TrainerConfig config = config_of(GENERATE(Training::windows, Training::sequence));
  config.components = GENERATE(0, 4, -1);
  config.group = config.components == 4 ? 2 : 1;
  Trainer unbroken(small_sound(60), config);
  std::vector<std::vector<std::byte>> states{state_of(unbroken)};
  while (unbroken.begin()) {
    while (unbroken.run(0, 1)) {
    }
    states.push_back(state_of(unbroken));  // within a pass, which then counts as not begun
    unbroken.finish();
    states.push_back(state_of(unbroken));  // also between the last step of an epoch and the held-out loss
  }
  for (std::size_t i = 0; i < states.size(); i += 7) {
    Trainer resumed(small_sound(60), config);
    resumed.step();
    REQUIRE_FALSE(resumed.restore(states[i]));
    while (resumed.begin()) {
      while (resumed.run(0, 1)) {
      }
      resumed.finish();
    }
    CHECK((state_of(resumed) == states.back()));
  }
}

TEST_CASE("A state from a different training is refused, naming the difference") {
  const TrainerConfig config = config_of(Training::windows);
  Trainer trainer(small_sound(60), config);
  trainer.step();
  const auto from = [&](auto change, std::size_t frames = 60, std::uint32_t seed = 1) {
    TrainerConfig other = config;
    change(other);
    const Trainer stranger(small_sound(frames, seed), other);
    return refusal(trainer, state_of(stranger));
  };
  using C = TrainerConfig;
  CHECK(from([](C&) {}) == "");
  CHECK(from([](C& c) { c.threads = 2; }) == "");
  CHECK(from([](C& c) { c.batch = 5; }) == "the state is from a different training: its batch is 5; expected 4");
  CHECK(from([](C& c) {
          c.layers = {6, 6};
        }) == "the state is from a different training: its hidden size is 6; expected 5");
  CHECK(from([](C& c) { c.layers = {6}; }).find("number of layers is 1; expected 2") != std::string::npos);
  CHECK(from([](C& c) { c.seed = 3; }).find("seed is 3; expected 0") != std::string::npos);
  CHECK(from([](C& c) { c.learning_rate = 0.5; }).find("learning_rate is 0.5; expected 0") != std::string::npos);
  CHECK(from([](C&) {}, 61).find("number of frames is 61; expected 60") != std::string::npos);
  CHECK(from([](C&) {}, 60, 2).find("sound's checksum is") != std::string::npos);
  auto earlier = state_of(trainer);
  const double version = 1;
  std::memcpy(earlier.data(), &version, sizeof version);
  CHECK(refusal(trainer, earlier) == "the state is from a different training: its version is 1; expected 3");
}

TEST_CASE("Damaged states are refused, whatever is damaged") {
  TrainerConfig config = config_of(GENERATE(Training::windows, Training::sequence));
  config.components = GENERATE(0, 4, -1);
  Trainer trainer(small_sound(60), config);
  for (int i = 0; i < 30; ++i) trainer.step();
  const auto whole = state_of(trainer);
  CHECK(refusal(trainer, whole) == "");
  for (std::size_t size = 0; size < whole.size(); size += size < 200 || whole.size() - size < 200 ? 1 : 97) {
    REQUIRE(refusal(trainer, {whole.data(), size}).find("truncated") != std::string::npos);
  }
  auto longer = whole;
  longer.push_back(std::byte{0});
  CHECK(refusal(trainer, longer) == "the state has extra bytes at the end");
  // Whatever a byte is changed to, the state is refused, or training can continue from it.
  for (std::size_t i = 0; i < whole.size(); i += 13) {
    auto changed = whole;
    changed[i] = std::byte{0xff};
    if (refusal(trainer, changed).empty()) trainer.step();
  }
}
