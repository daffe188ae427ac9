#include "lodestone/live_model.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "magnet/live_content.hpp"
#include "magnet/small_model.hpp"

using namespace lodestone;

namespace {

using LiveBytes = std::vector<std::byte>;

LiveBytes bytes_of(const LiveModel& model) { return {model.bytes().begin(), model.bytes().end()}; }

Error refusal(const LiveBytes& bytes) {
  const auto read = LiveModel::read(bytes);
  REQUIRE(!read);
  CHECK(read.error().code == ErrorCode::invalid_data);
  return read.error();
}

/// The message for bytes with one field of the header changed.
template <class T>
std::string refusal_with(LiveBytes bytes, T LiveHeader::*field, T value) {
  LiveHeader header;
  std::memcpy(static_cast<void*>(&header), bytes.data(), sizeof header);
  header.*field = value;
  std::memcpy(bytes.data(), &header, sizeof header);
  return refusal(bytes).message;
}

}  // namespace

TEST_CASE("A live model is read from its bytes at any address") {
  const Model model = small_model(Scale::log1p);
  const LiveModel live = LiveModel::create(model).value();
  CHECK(live.stft() == model.stft);
  CHECK(live.network() == model.network);
  CHECK(live.frames() == 100);

  const LiveBytes bytes = bytes_of(live);
  const int shift = GENERATE(0, 1, 13);
  LiveBytes elsewhere(bytes.size() + 64);
  std::copy(bytes.begin(), bytes.end(), elsewhere.begin() + shift);
  const LiveModel read = LiveModel::read({elsewhere.data() + shift, bytes.size()}).value();
  CHECK(read.stft() == model.stft);
  CHECK(read.network() == model.network);
  CHECK(read.frames() == 100);
  CHECK(bytes_of(read) == bytes);
  CHECK(bytes_of(read.clone().value()) == bytes);
}

TEST_CASE("LiveBytes are adopted where they are") {
  const LiveModel live = LiveModel::create(small_model()).value();
  auto bytes = Buffer<std::byte>::create(live.bytes().size()).value();
  std::copy(live.bytes().begin(), live.bytes().end(), bytes.begin());
  const std::byte* place = bytes.data();
  const LiveModel adopted = LiveModel::adopt(std::move(bytes)).value();
  CHECK(adopted.bytes().data() == place);
  CHECK(bytes_of(adopted) == bytes_of(live));
}

TEST_CASE("Weights and training frames in a live model are those of the model") {
  const Model model = small_model();
  const LiveModel live = LiveModel::read(LiveModel::create(model).value().bytes()).value();
  const Mode mode = GENERATE(Mode::window, Mode::stateful);
  auto expected = Predictor::create(model.network, model.weights, mode).value();
  auto predictor = Predictor::create(live.network(), live.content().weights, mode).value();
  CHECK(predictor.cost() == expected.cost());
  for (std::size_t row = 0; row < 12; ++row) {
    const auto frame = model.impulses.row(row);
    CHECK(std::memcmp(live.content().frame(row), frame.data(), frame.size_bytes()) == 0);
    const auto a = expected.process(frame), b = predictor.process(frame);
    CHECK(std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
  }
}

TEST_CASE("Components are kept, and there is room for as many as there may be") {
  const std::size_t bytes = LiveModel::create(model_of_components(0))->bytes().size();
  for (const int components : {1, 2, 30, 33}) {
    const Model model = model_of_components(components);
    const LiveModel live = LiveModel::read(LiveModel::create(model)->bytes()).value();
    CHECK(live.network() == model.network);
    CHECK(live.bytes().size() == bytes);
    auto expected = Predictor::create(model.network, model.weights, Mode::window).value();
    auto predictor = Predictor::create(live.network(), live.content().weights, Mode::window).value();
    for (std::size_t row = 0; row < 12; ++row) {
      const auto a = expected.process(model.impulses.row(row)), b = predictor.process(model.impulses.row(row));
      CHECK(std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
    }
  }
}

TEST_CASE("Residuals of the model are used") {
  Model model = small_model();
  model.residuals = Buffer<float>::create(33).value();
  for (std::size_t bin = 0; bin < 33; ++bin) model.residuals[bin] = 0.01f * static_cast<float>(bin);
  const LiveModel live = LiveModel::create(model).value();
  for (std::size_t bin = 0; bin < 33; ++bin) CHECK(live.content().residuals[bin] == model.residuals[bin]);
}

TEST_CASE("Residuals are estimated from the change of training frames") {
  Model model = small_model();
  for (std::size_t row = 0; row < 100; ++row) {
    for (std::size_t bin = 0; bin < 33; ++bin) {
      const float swing = 0.1f * static_cast<float>(bin) * (row % 2 == 0 ? 1.0f : -1.0f);
      model.impulses(row, bin) = std::exp(swing);
    }
    model.impulses(row, 32) = 0;
  }
  const LiveModel live = LiveModel::create(model).value();
  for (std::size_t bin = 0; bin < 32; ++bin) {
    // All changes are 0.2·bin; of a normal variable that is √(2/π)·σ. Float32 logarithms of magnitudes up to e^3.
    CHECK(live.content().residuals[bin] == Approx(std::sqrt(M_PI / 2) * 0.2 * bin).margin(1e-5));
  }
  CHECK(live.content().residuals[32] == 0);
  model.impulses = {};
  const LiveModel silent = LiveModel::create(model).value();
  for (const float residual : silent.content().residuals) CHECK(residual == 0);
}

TEST_CASE("A model that cannot be played is refused before its bytes are created") {
  Model model = small_model();
  model.impulses = Array2<float>::create(3, 33).value();
  CHECK(LiveModel::create(model).error().message ==
        "impulses: the model has 3 training frames; a dream needs 5 (sequence), or none");
  model = small_model();
  model.stft.size = 128;
  CHECK(LiveModel::create(model).error().code == ErrorCode::invalid_data);
  model = small_model();
  model.weights.running_mean = {};
  CHECK(LiveModel::create(model).error().message == "batch_norm.running_mean has the shape [0]; expected [33]");
}

TEST_CASE("Invalid bytes are refused, stating what is wrong") {
  const LiveBytes bytes = bytes_of(LiveModel::create(small_model()).value());
  const std::string size = std::to_string(bytes.size());
  CHECK(refusal({}).message == "the live model ends within its header");
  CHECK(refusal(LiveBytes(1000)).message == "these bytes are not a live model of this version");
  for (std::size_t length = 0; length < bytes.size(); length += 61) refusal({bytes.begin(), bytes.begin() + length});
  CHECK(refusal({bytes.begin(), bytes.end() - 1}).message ==
        "the live model has " + std::to_string(bytes.size() - 1) + " bytes; expected " + size);

  CHECK(refusal_with(bytes, &LiveHeader::version, 1u) == "these bytes are not a live model of this version");
  CHECK(refusal_with(bytes, &LiveHeader::lanes, 3) ==
        "the live model is packed for vectors of 3 numbers; expected " + std::to_string(kernels().lanes));
  CHECK(refusal_with(bytes, &LiveHeader::hop, 0) == "live model: hop is 0; allowed: 1 to 64, the window length");
  CHECK(refusal_with(bytes, &LiveHeader::sample_rate, std::nan("")) ==
        "live model: sample_rate is nan; allowed: 1 to 768000 Hz");
  CHECK(refusal_with(bytes, &LiveHeader::sequence, -1) == "live model: sequence is -1; allowed: 1 to 4096 frames");
  CHECK(refusal_with(bytes, &LiveHeader::scale, 3) == "live model: scale is 3; allowed: 0 to 2");
  CHECK(refusal_with(bytes, &LiveHeader::components, 34u) ==
        "live model: components is 34; allowed: 0 to 33, the bins");
  CHECK(refusal_with(bytes, &LiveHeader::components, 0xffffffffu) ==
        "live model: components is -1; allowed: 0 to 33, the bins");
  CHECK(refusal_with(bytes, &LiveHeader::frames, 4u) == "the live model's header is broken");
  CHECK(refusal_with(bytes, &LiveHeader::limits, Limits{std::nanf(""), 1}) == "the live model's header is broken");
  // 2^32−1 frames of 33 bins: more than a 32-bit size holds.
  CHECK(refusal_with(bytes, &LiveHeader::frames, 0xffffffffu).find("bytes; expected 5669") != std::string::npos);
  CHECK(refusal_with(bytes, &LiveHeader::size, 65536).find("bytes; expected") != std::string::npos);
}

TEST_CASE("Any header is refused or leads to a model of the size of its bytes") {
  LiveBytes bytes = bytes_of(LiveModel::create(small_model()).value());
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    const std::size_t place = random.below(sizeof(LiveHeader));
    const std::byte original = bytes[place];
    bytes[place] = static_cast<std::byte>(random.below(256));
    const auto read = LiveModel::read(bytes);
    if (read) CHECK(read->bytes().size() == bytes.size());
    bytes[place] = original;
  }
}
