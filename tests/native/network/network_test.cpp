#include "lodestone/network.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "network/small_network.hpp"

using namespace lodestone;
using namespace lodestone::test;

TEST_CASE("An invalid network configuration is refused, naming field, value and allowed range") {
  const auto message = [](NetworkConfig config) { return config.check() ? config.check()->message : ""; };
  CHECK(message({1, {1}, 1, Scale::linear}) == "");
  CHECK(message({32769, {4096, 4096, 4096, 4096}, 4096, Scale::linear}) == "");
  CHECK(message({0, {1}, 1, Scale::linear}) == "bins is 0; allowed: 1 to 32769");
  CHECK(message({-3, {1}, 1, Scale::linear}).find("bins is -3") == 0);
  CHECK(message({5, {}, 1, Scale::linear}) == "number of layers is 0; allowed: 1 to 4");
  CHECK(message({5, {1, 1, 1, 1, 1}, 1, Scale::linear}).find("number of layers is 5") == 0);
  CHECK(message({5, {8, 1000000000}, 1, Scale::linear}) == "layers is 1000000000; allowed: 1 to 4096 units per layer");
  CHECK(message({5, {0}, 1, Scale::linear}).find("layers is 0") == 0);
  CHECK(message({5, {8}, 0, Scale::linear}) == "sequence is 0; allowed: 1 to 4096 frames");
  const auto refused = Weights::create({5, {}, 1, Scale::linear});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("Tensors have PyTorch's names, order and shapes") {
  const NetworkConfig config{9, {5, 3}, 6, Scale::linear};
  Weights weights = Weights::create(config).value();
  const auto shapes = tensor_shapes(config);
  const auto all = tensors(weights);
  const std::vector<std::pair<std::string, std::vector<std::uint64_t>>> expected{{"batch_norm.weight", {9}},
                                                                                 {"batch_norm.bias", {9}},
                                                                                 {"batch_norm.running_mean", {9}},
                                                                                 {"batch_norm.running_var", {9}},
                                                                                 {"lstm.weight_ih_l0", {20, 9}},
                                                                                 {"lstm.weight_hh_l0", {20, 5}},
                                                                                 {"lstm.bias_ih_l0", {20}},
                                                                                 {"lstm.bias_hh_l0", {20}},
                                                                                 {"lstm.weight_ih_l1", {12, 5}},
                                                                                 {"lstm.weight_hh_l1", {12, 3}},
                                                                                 {"lstm.bias_ih_l1", {12}},
                                                                                 {"lstm.bias_hh_l1", {12}},
                                                                                 {"fc.weight", {9, 3}},
                                                                                 {"fc.bias", {9}}};
  REQUIRE(all.size() == expected.size());
  REQUIRE(shapes.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(all[i].name == expected[i].first);
    CHECK(all[i].shape == expected[i].second);
    CHECK(shapes[i].name == expected[i].first);
    CHECK(shapes[i].shape == expected[i].second);
    for (const float value : all[i].values) CHECK(value == (all[i].name == "batch_norm.running_var" ? 1.0f : 0.0f));
  }
}

TEST_CASE("Components have tensors in place of BatchNorm's, and the network beside them is as wide as they are many") {
  const NetworkConfig config{9, {5}, 6, Scale::linear, 4};
  Weights weights = Weights::create(config).value();
  std::string text;
  for (const NamedTensor& tensor : tensors(weights)) {
    text += tensor.name;
    for (const std::uint64_t size : tensor.shape) text += " " + std::to_string(size);
    text += "; ";
  }
  CHECK(text ==
        "components.weight 4 9; components.bias 9; batch_norm.running_mean 9; batch_norm.running_var 9; "
        "lstm.weight_ih_l0 20 4; lstm.weight_hh_l0 20 5; lstm.bias_ih_l0 20; lstm.bias_hh_l0 20; fc.weight 4 5; "
        "fc.bias 4; ");
}

TEST_CASE("A clone of weights is equal and independent") {
  const NetworkConfig config =
      GENERATE(NetworkConfig{4, {3}, 2, Scale::linear}, NetworkConfig{4, {3}, 2, Scale::linear, 2});
  Weights weights = random_weights(config, 1);
  Weights copy = weights.clone().value();
  const auto originals = tensors(weights), copies = tensors(copy);
  for (std::size_t i = 0; i < originals.size(); ++i) {
    CHECK(originals[i].shape == copies[i].shape);
    CHECK(originals[i].values.data() != copies[i].values.data());
    CHECK(std::equal(originals[i].values.begin(), originals[i].values.end(), copies[i].values.begin()));
  }
}

TEST_CASE("log1p and log1p4 compress and expand; linear does neither") {
  const std::vector<float> magnitudes{0.0f, 1e-19f, 0.5f, 100.0f, 1e15f};
  auto values = magnitudes;
  const Scale scale = GENERATE(Scale::log1p, Scale::log1p4);
  compress(scale, values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double magnitude = (scale == Scale::log1p ? 1 : 4) * static_cast<double>(magnitudes[i]);
    CHECK(values[i] == Approx(std::log1p(magnitude)).epsilon(1e-6));
  }
  expand(scale, values);
  // A relative error of 2^-24 in ln(1+m) grows by m·ln(1+m)/m: 35 at 1e15.
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(magnitudes[i]).epsilon(1e-5));
  compress(Scale::linear, values = magnitudes);
  expand(Scale::linear, values);
  CHECK(values == magnitudes);
}

TEST_CASE("Names of scales and modes can be parsed") {
  for (const Scale scale : {Scale::linear, Scale::log1p, Scale::log1p4}) {
    Scale parsed = scale == Scale::linear ? Scale::log1p : Scale::linear;
    CHECK(parse_scale(scale_name(scale), parsed));
    CHECK(parsed == scale);
  }
  for (const Mode mode : {Mode::window, Mode::stateful}) {
    Mode parsed = mode == Mode::window ? Mode::stateful : Mode::window;
    CHECK(parse_mode(mode_name(mode), parsed));
    CHECK(parsed == mode);
  }
  Scale scale{};
  Mode mode{};
  CHECK_FALSE(parse_scale("Linear", scale));
  CHECK_FALSE(parse_mode("", mode));
}
