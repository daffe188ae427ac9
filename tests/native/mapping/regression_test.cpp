// Kernel and linear regression against scikit-learn (tests/vectors/mapping/make_regression.py), the network's gradients
// against finite differences.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "lodestone/formats.hpp"
#include "mapping/kernel_fit.hpp"
#include "mapping/linear.hpp"
#include "mapping/mlp_fit.hpp"

using namespace lodestone;

namespace {

constexpr std::size_t answer_inputs = 3;

Array2<float> regression_vectors(const std::string& name) {
  std::ifstream file(LODESTONE_TEST_DATA "/mapping/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return read_npy(std::as_bytes(std::span(bytes))).value();
}

/// Two takes of 20 rows, the second with twice the weight.
TrainingSet regression_examples(std::size_t rows = 40) {
  const auto table = regression_vectors("regression-examples.npy");
  TrainingSet set;
  set.inputs = Array2<float>::create(rows, 3).value();
  set.targets = Array2<float>::create(rows, 2).value();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < 3; ++i) set.inputs(r, i) = table(r, i);
    for (std::size_t o = 0; o < 2; ++o) set.targets(r, o) = table(r, 3 + o);
  }
  set.takes = {{0, 20, -1, 1}, {20, rows - 20, -1, 2}};
  return set;
}

const Task all_of_it{{0, 1, 2}, {0, 1}};

std::unique_ptr<Part> learned(Fit& fit, const TrainingSet& set, std::int64_t slice = INT64_MAX) {
  REQUIRE_FALSE(fit.begin(set));
  Budget budget{slice};
  while (fit.step(budget)) budget = {slice};
  CHECK(fit.progress() == 1);
  auto part = fit.part().value();
  REQUIRE_FALSE(part->prepare(set.shape()));
  return part;
}

struct Answer {
  std::vector<float> outputs, confidences;
};

Answer run_part(Part& part, std::span<const float> inputs) {
  Answer answer{std::vector<float>(2), std::vector<float>(2)};
  const std::vector<float> inside(inputs.size());
  Live live{inputs, answer.outputs, answer.confidences, {}, {}, inside};
  part.run(live);
  return answer;
}

/// Floats of about 1 and sums of 40 of them: 1e-5 is what the reference asks for; the largest difference is 2e-6.
void check_answers(Part& part, const Array2<float>& answers) {
  for (std::size_t r = 0; r < answers.rows(); ++r) {
    const auto [outputs, confidences] = run_part(part, answers.row(r).first(answer_inputs));
    for (std::size_t o = 0; o < 2; ++o) CHECK(outputs[o] == Approx(answers(r, answer_inputs + o)).margin(1e-5));
  }
}

void check_left_out(const Fit& fit, std::span<const float> expected) {
  std::vector<OutputReport> reports(2);
  fit.report(reports);
  for (std::size_t o = 0; o < 2; ++o) {
    CHECK(reports[o].error == Approx(expected[o]).margin(1e-6));
    CHECK(reports[o].rows == 40);
    CHECK(reports[o].rows_used == 40);
  }
}

}  // namespace

TEST_CASE("kernel gives the mean, the variance and the leave-one-out error of a Gaussian process", "[mapping]") {
  const auto answers = regression_vectors("kernel-answers.npy");
  const TrainingSet set = regression_examples();
  KernelFit fit(all_of_it);
  fit.choose({static_cast<float>(1 / (2 * 1.25 * 1.25)), 0.01f});
  auto part = learned(fit, set);
  check_answers(*part, answers);
  check_left_out(fit, answers.row(0).subspan(6));

  static_cast<KernelPart&>(*part).slices = 1;
  part->reset();
  for (std::size_t r = 0; r < answers.rows(); ++r) {
    const float certainty = run_part(*part, answers.row(r).first(answer_inputs)).confidences[0];
    CHECK(certainty == Approx(1 - answers(r, 5)).margin(1e-5));
  }
}

TEST_CASE("The variance spread over 16 calls is that of the first of them, to the bit", "[mapping]") {
  KernelFit fit(all_of_it);
  const TrainingSet set = regression_examples();
  auto whole = learned(fit, set), spread = learned(fit, set);
  static_cast<KernelPart&>(*whole).slices = 1;
  const float first[] = {0.3f, -0.2f, 0.7f}, later[] = {9, 9, 9};
  const float expected = run_part(*whole, first).confidences[0];
  CHECK(expected > 0.5f);
  run_part(*spread, first);
  for (int i = 0; i < 14; ++i) CHECK(run_part(*spread, later).confidences[0] == 0);
  CHECK(run_part(*spread, later).confidences[0] == expected);
}

TEST_CASE("A kernel model extended by a take is that of all takes, to the bit", "[mapping]") {
  const TrainingSet fewer = regression_examples(36), all = regression_examples();
  const KernelChoice choice{0.3f, 0.01f};
  KernelFit extended(all_of_it), fresh(all_of_it);
  extended.choose(choice);
  fresh.choose(choice);
  learned(extended, fewer);
  auto a = learned(extended, all, 1), b = learned(fresh, all);
  const auto &first = static_cast<KernelPart&>(*a), &second = static_cast<KernelPart&>(*b);
  CHECK(std::equal(first.weights.all().begin(), first.weights.all().end(), second.weights.all().begin()));
  CHECK(std::equal(first.inverse.all().begin(), first.inverse.all().end(), second.inverse.all().begin()));
}

TEST_CASE("A kernel model keeps its width and noise while few rows are new", "[mapping]") {
  KernelFit fit(all_of_it);
  auto before = learned(fit, regression_examples(36));
  Budget budget{1};  // a search alone would take more steps
  int steps = 1;
  const TrainingSet all = regression_examples();
  REQUIRE_FALSE(fit.begin(all));
  for (; fit.step(budget); ++steps) budget = {1};
  CHECK(steps <= 5);
  CHECK(static_cast<KernelPart&>(*fit.part().value()).gamma == static_cast<KernelPart&>(*before).gamma);
}

TEST_CASE("Beyond 1,024 rows, kernel chooses those that represent all, and says so", "[mapping]") {
  TrainingSet set;
  constexpr std::size_t rows = 1400;
  set.inputs = Array2<float>::create(rows, 1).value();
  set.targets = Array2<float>::create(rows, 1).value();
  for (std::size_t r = 0; r < rows; ++r) {  // most of them around 0, few from 1 to 2
    set.inputs(r, 0) = r % 100 == 0 ? 1 + static_cast<float>(r) / rows : 0.001f * static_cast<float>(r % 7);
    set.targets(r, 0) = 0.5f + 0.4f * std::sin(4 * set.inputs(r, 0));
  }
  set.takes = {{0, rows, -1, 1}};
  KernelFit fit(Task{{0}, {0}});
  auto part = learned(fit, set);
  OutputReport report;
  fit.report({&report, 1});
  CHECK(report.rows == rows);
  CHECK(report.rows_used == 1024);
  const auto& chosen = static_cast<KernelPart&>(*part).rows;
  CHECK(std::count_if(chosen.all().begin(), chosen.all().end(), [](float x) { return x >= 1; }) == 14);
  const float x = 1.6f;
  CHECK(run_part(*part, {&x, 1}).outputs[0] == Approx(0.5 + 0.4 * std::sin(4 * 1.6)).margin(0.02));
}

TEST_CASE("linear gives ridge regression of degree 2 and its leave-one-out error", "[mapping]") {
  const auto answers = regression_vectors("linear-answers.npy");
  const TrainingSet set = regression_examples();
  MappingConfig config;
  config.degree = 2;
  LinearFit fit(all_of_it, config);
  check_answers(*learned(fit, set), answers);
  check_left_out(fit, answers.row(0).subspan(5));
}

TEST_CASE("linear of degree 2 refuses more terms than it can hold", "[mapping]") {
  TrainingSet set;
  set.inputs = Array2<float>::create(1, 64).value();
  set.targets = Array2<float>::create(1, 1).value();
  set.takes = {{0, 1, -1, 1}};
  MappingConfig config;
  config.degree = 2;
  std::vector<std::uint32_t> inputs(64);
  for (std::uint32_t i = 0; i < 64; ++i) inputs[i] = i;
  const auto refused = LinearFit(Task{inputs, {0}}, config).begin(set);
  REQUIRE(refused);
  CHECK(refused->message == "degree is 2 with 64 inputs, 2144 terms; allowed: 2048");
}

TEST_CASE("The gradients of mlp are those of finite differences", "[mapping]") {
  const std::vector<int> hidden = GENERATE(std::vector<int>{5}, std::vector<int>{6, 3});
  Random random(4);
  auto network = MlpNetwork::create(3, hidden, 2, random).value();
  std::vector<MlpMoments> gradients;
  for (const MlpLayer& layer : network.layers) {
    gradients.push_back({Array2<float>::create(layer.weights.rows(), layer.weights.cols()).value(), {}, {}});
  }
  std::vector<float> activations(network.activations()), deltas(network.activations());
  const float x[] = {0.5f, -1.2f, 0.8f}, target[] = {0.3f, -0.6f};
  add_gradient(network, x, target, 0.7f, activations.data(), deltas.data(), gradients);

  const auto loss = [&] {
    const float* y = network.run(x, activations.data());
    double sum = 0;
    for (int o = 0; o < 2; ++o) sum += 0.7 * (static_cast<double>(y[o]) - target[o]) * (y[o] - target[o]) / 2;
    return sum;
  };
  // Differences of float losses over 2·0.01: rounding and the third derivative leave 1e-4.
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    for (std::size_t i = 0; i < gradients[l].gradient.size(); ++i) {
      float& weight = network.layers[l].weights.all()[i];
      const bool is_padding =
          i % network.layers[l].units() >= static_cast<std::size_t>(l + 1 < network.layers.size() ? hidden[l] : 2);
      if (is_padding) {
        CHECK((gradients[l].gradient.all()[i] == 0 || weight == 0));
        continue;
      }
      const float kept = weight;
      weight = kept + 0.01f;
      const double above = loss();
      weight = kept - 0.01f;
      const double below = loss();
      weight = kept;
      CHECK(gradients[l].gradient.all()[i] == Approx((above - below) / 0.02).margin(1e-4));
    }
  }
}

TEST_CASE("mlp learns, stops early, and starts from what it knows", "[mapping]") {
  const TrainingSet set = regression_examples();
  MappingConfig config;
  config.seed = 5;
  MlpFit fit(all_of_it, config);
  CHECK(std::isnan(fit.loss()));
  auto part = learned(fit, set);
  const double first = fit.loss();
  CHECK(first < 0.5);  // of the variance, on rows that it has not seen
  REQUIRE_FALSE(fit.begin(set));
  Budget budget{1};
  while (std::isnan(fit.loss())) fit.step(budget = {1});
  CHECK(fit.loss() < 0.7);  // after one epoch; a fresh network has about 1
}

TEST_CASE("mlp is the same whatever the slices", "[mapping]") {
  const TrainingSet set = regression_examples();
  MappingConfig config;
  config.layers = {8, 4};
  config.epochs = 20;
  MlpFit one(all_of_it, config), other(all_of_it, config);
  auto a = learned(one, set), b = learned(other, set, 1);
  const float x[] = {0.1f, 0.2f, -0.3f};
  CHECK(run_part(*a, x).outputs == run_part(*b, x).outputs);
}
