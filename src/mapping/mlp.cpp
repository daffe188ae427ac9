#include "mapping/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "mapping/finite.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

void MlpLayer::forward(const float* x, bool squash, float* y) const {
  std::memcpy(y, weights.row(inputs()).data(), units() * sizeof(float));
  for (std::size_t i = 0; i < inputs(); ++i) add_scaled(x[i], weights.row(i).data(), y, units());
  if (!squash) return;
  for (std::size_t j = 0; j < units(); j += 4) store(y + j, scrub(hyperbolic_tangent(load<Four>(y + j)), kLeast));
}

Result<MlpNetwork> MlpNetwork::create(std::size_t inputs, std::span<const int> hidden, std::size_t outputs,
                                      Random& random) {
  MlpNetwork network;
  std::vector<std::size_t> sizes(hidden.begin(), hidden.end());
  sizes.push_back(outputs);
  std::size_t from = inputs;
  for (const std::size_t units : sizes) {
    auto weights = Array2<float>::create(from + 1, padded(units));
    if (!weights) return weights.error();
    const float bound = std::sqrt(6.0f / static_cast<float>(from + units));
    for (std::size_t i = 0; i < from; ++i) {
      for (std::size_t j = 0; j < units; ++j) (*weights)(i, j) = (2 * random.uniform() - 1) * bound;
    }
    network.layers.push_back({std::move(*weights)});
    from = padded(units);
  }
  return network;
}

Result<MlpNetwork> MlpNetwork::clone() const {
  MlpNetwork copy;
  for (const MlpLayer& layer : layers) {
    auto weights = layer.weights.clone();
    if (!weights) return weights.error();
    copy.layers.push_back({std::move(*weights)});
  }
  return copy;
}

std::size_t MlpNetwork::activations() const {
  std::size_t sum = 0;
  for (const MlpLayer& layer : layers) sum += layer.units();
  return sum;
}

const float* MlpNetwork::run(const float* x, float* activations) const {
  for (const MlpLayer& layer : layers) {
    layer.forward(x, &layer != &layers.back(), activations);
    x = activations;
    activations += layer.units();
  }
  return x;
}

void MlpPart::archive(Archive& archive) {
  task.archive(archive);
  auto count = static_cast<std::uint32_t>(network.layers.size());
  archive.field("layers", count);
  if (archive.reading()) network.layers.resize(std::min(count, 3u));
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    archive.floats(std::string("layer") + static_cast<char>('0' + i), network.layers[i].weights);
  }
  archive.doubles("scales", scales);
  archive.doubles("offsets", offsets);
}

Status MlpPart::prepare(const MappingShape& shape) {
  if (auto bad = task.check(shape)) return bad;
  bool fits = network.layers.size() >= 2 && scales.size() == task.outputs.size() && offsets.size() == scales.size();
  std::size_t from = task.inputs.size();
  for (const MlpLayer& layer : network.layers) {
    fits = fits && layer.weights.rows() == from + 1 && layer.units() > 0 && layer.units() % 4 == 0;
    from = layer.units();
    if (auto bad = check_finite({layer.weights.all()})) return bad;
  }
  if (!fits || from != padded(task.outputs.size())) {
    return malformed("the layers of an mlp model do not fit together");
  }
  if (auto bad = check_finite({}, offsets)) return bad;
  if (auto bad = check_finite({}, scales)) return bad;
  FirstError error;
  error.take(inputs_, Buffer<float>::create(task.inputs.size()));
  error.take(activations_, Buffer<float>::create(network.activations()));
  return error.status();
}

void MlpPart::run(Live& live) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) inputs_[i] = live.inputs[task.inputs[i]];
  const float* result = network.run(inputs_.data(), activations_.data());
  const float confidence = trust(task, live);
  for (std::size_t o = 0; o < task.outputs.size(); ++o) {
    live.outputs[task.outputs[o]] = static_cast<float>(offsets[o]) + static_cast<float>(scales[o]) * result[o];
    live.confidences[task.outputs[o]] = confidence;
  }
}

}  // namespace lodestone
