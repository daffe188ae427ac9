#include <catch2/catch.hpp>

#include "network/plain_network.hpp"
#include "training/small_sound.hpp"

using namespace lodestone;
using namespace lodestone::test;

namespace {

/// The same tensors as `tensors(weights)` without the statistics, both biases of a layer alike; row-major.
std::vector<std::pair<std::string, std::vector<double>>> flattened(const PlainNetwork::Parameters& from) {
  std::vector<std::pair<std::string, std::vector<double>>> all;
  const auto put = [&](const std::string& name, const PlainNetwork::Matrix& values) {
    std::vector<double> flat;
    for (Eigen::Index r = 0; r < values.rows(); ++r) {
      for (Eigen::Index c = 0; c < values.cols(); ++c) flat.push_back(values(r, c));
    }
    all.emplace_back(name, flat);
  };
  put("batch_norm.weight", from.gamma);
  put("batch_norm.bias", from.beta);
  for (std::size_t l = 0; l < from.layers.size(); ++l) {
    const std::string suffix = "_l" + std::to_string(l);
    put("lstm.weight_ih" + suffix, from.layers[l].input);
    put("lstm.weight_hh" + suffix, from.layers[l].recurrent);
    put("lstm.bias_ih" + suffix, from.layers[l].bias);
    put("lstm.bias_hh" + suffix, from.layers[l].bias);
  }
  put("fc.weight", from.dense);
  put("fc.bias", from.dense_bias);
  return all;
}

/// The largest error of a gradient tensor, relative to its largest entry.
double gradient_error(Weights actual, const PlainNetwork::Parameters& expected) {
  const auto flat = flattened(expected);
  double worst = 0;
  std::size_t next = 0;
  for (const NamedTensor& tensor : tensors(actual)) {
    if (tensor.name.find("running") != std::string::npos) continue;
    const auto& [name, values] = flat.at(next++);
    REQUIRE(tensor.name == name);
    REQUIRE(tensor.values.size() == values.size());
    double error = 0, largest = 1e-12;
    for (std::size_t i = 0; i < values.size(); ++i) {
      error = std::max(error, std::abs(tensor.values[i] - values[i]));
      largest = std::max(largest, std::abs(values[i]));
    }
    worst = std::max(worst, error / largest);
  }
  return worst;
}

}  // namespace

TEST_CASE("The plain network's gradients are those of finite differences") {
  const NetworkConfig config{3, {3, 2}, 4, Scale::linear};
  const Eigen::MatrixXd frames = PlainNetwork::matrix(random_frames(12, 3, 1)).transpose();
  const std::vector<std::int64_t> starts{0, 3, 4, 7};
  PlainNetwork plain(random_weights(config, 2));
  auto gradient = plain.zeros();
  plain.loss(frames, config.sequence, starts, &gradient);
  const auto check = [&](auto& values, const auto& expected) {
    for (Eigen::Index i = 0; i < values.size(); ++i) {
      double& value = values.data()[i];
      const double kept = value, h = 1e-5;
      value = kept + h;
      const double above = plain.loss(frames, config.sequence, starts);
      value = kept - h;
      const double below = plain.loss(frames, config.sequence, starts);
      value = kept;
      // Central differences: h² · third derivative, and 1e-16 / h.
      CHECK((above - below) / (2 * h) == Approx(expected.data()[i]).margin(1e-9).epsilon(1e-6));
    }
  };
  auto& p = plain.parameters;
  check(p.gamma, gradient.gamma);
  check(p.beta, gradient.beta);
  for (std::size_t l = 0; l < 2; ++l) {
    check(p.layers[l].input, gradient.layers[l].input);
    check(p.layers[l].recurrent, gradient.layers[l].recurrent);
    check(p.layers[l].bias, gradient.layers[l].bias);
  }
  check(p.dense, gradient.dense);
  check(p.dense_bias, gradient.dense_bias);
}

TEST_CASE("Sharing frames between windows changes no gradient") {
  struct Case {
    std::vector<int> layers;
    int sequence;
    std::vector<std::int64_t> starts;
  };
  const Magnitudes sound = small_sound(60);
  const Eigen::MatrixXd frames = PlainNetwork::matrix(sound.values).transpose();
  for (const Case& c : {Case{{6, 5}, 7, {0, 1, 2, 3}},        // neighbours
                        Case{{5}, 7, {50, 4, 30, 4, 5, 52}},  // far apart, one twice, not in order, to the last frame
                        Case{{9, 9, 9}, 12, {7, 7}},          // all the same; as many units as bins
                        Case{{4, 17, 3, 8}, 3, {10, 12, 20, 21, 22}},  // four layers
                        Case{{6, 3}, 1, {1, 2, 40}}}) {                // a window of one frame: nothing recurs
    TrainerConfig config = small_config();
    config.layers = c.layers;
    config.sequence = c.sequence;
    config.batch = static_cast<int>(c.starts.size());
    const Weights initial = random_weights({9, c.layers, c.sequence, Scale::linear}, 3);
    Magnitudes copy = small_sound(60);
    Trainer trainer = Trainer::create(std::move(copy), config, &initial).value();
    const double loss = trainer.step_on(c.starts).value();

    PlainNetwork plain(initial);
    auto gradient = plain.zeros();
    const double expected = plain.loss(frames, c.sequence, c.starts, &gradient);
    INFO(c.layers.size() << " layers, sequence " << c.sequence);
    CHECK(loss == Approx(expected).epsilon(1e-6));
    // float32 sums of some hundred terms.
    CHECK(gradient_error(trainer.gradients().value(), gradient) < 2e-5);

    // The running statistics move a tenth of the way to those of all places, the variance as the population's.
    const Weights after = trainer.weights().value();
    const double places = static_cast<double>(c.sequence * c.starts.size());
    for (int k = 0; k < 9; ++k) {
      CHECK(after.running_mean[k] == Approx(0.9 * initial.running_mean[k] + 0.1 * plain.mean[k]).epsilon(1e-6));
      CHECK(after.running_var[k] ==
            Approx(0.9 * initial.running_var[k] + 0.1 * plain.variance[k] * places / (places - 1)).epsilon(1e-6));
    }
  }
}

TEST_CASE("Clipping scales all gradients to the norm, before the weight decay") {
  TrainerConfig config = small_config();
  config.weight_decay = 0;
  config.clip_norm = 1e-7;  // so small that Adam's ε of 1e-8 shows the size of the gradient
  Trainer trainer(small_sound(60), config);
  Weights before = trainer.weights().value();
  trainer.step();
  Weights gradient = trainer.gradients().value(), after = trainer.weights().value();
  double squares = 0;
  for (const NamedTensor& tensor : tensors(gradient)) {
    for (const float value : tensor.values) squares += static_cast<double>(value) * value;
  }
  CHECK(std::sqrt(squares) > 0.01);  // those handed out are not clipped
  const auto old = tensors(before), now = tensors(after), slope = tensors(gradient);
  double error = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i].name.find("running") != std::string::npos) continue;
    for (std::size_t j = 0; j < old[i].values.size(); ++j) {
      const double g = slope[i].values[j] * config.clip_norm / (std::sqrt(squares) + 1e-6);
      const double expected = old[i].values[j] - config.learning_rate * g / (std::abs(g) + 1e-8);
      error = std::max(error, std::abs(now[i].values[j] - expected));
    }
  }
  CHECK(error < 2e-7);  // roundings of parameters around 1; the steps themselves are up to 1e-3
}
