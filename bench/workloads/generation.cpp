#include <algorithm>
#include <memory>

#include "models.hpp"

namespace lodestone::bench {
namespace {

/// One frame in, the prediction of the next one out. The same frame is repeated: after enough repetitions every run
/// gives the same prediction, in either mode.
Prepared predictions(const Sounds& sounds, const std::vector<int>& layers, Mode mode) {
  struct Work {
    Buffer<float> frame;
    Predictor predictor;
  };
  const Model model = random_model(sounds, layers, 0.05f);
  const auto start = model.impulses.row(100);
  auto frame = Buffer<float>::create(start.size()).value();
  std::copy(start.begin(), start.end(), frame.begin());
  auto work =
      std::make_shared<Work>(Work{std::move(frame), Predictor::create(model.network, model.weights, mode).value()});
  const auto run = [=] { work->predictor.process(work->frame); };
  for (int i = 0; i < 100; ++i) run();
  return {.units = 1, .run = run, .checksum = [=] { return weighted_sum(work->predictor.prediction()); }};
}

}  // namespace

void add_generation(std::vector<Workload>& all) {
  const struct {
    NamedLayers size;
    double window, stateful;
  } sizes[] = {{size_a, 1678.025, 1678.338}, {size_b, 1021.084, 1021.203}, {size_c, 2490.903, 2495.68}};
  for (const auto& [size, windowed, stateful] : sizes) {
    const auto add = [&, &size = size](const char* group, double expected, Mode mode) {
      all.push_back({std::string(group) + size.name, "frame", expected, rounding * expected,
                     [=, layers = size.layers](const Sounds& sounds) { return predictions(sounds, layers, mode); }});
    };
    add("generate-window/", windowed, Mode::window);
    add("generate-stateful/", stateful, Mode::stateful);
  }
}

}  // namespace lodestone::bench
