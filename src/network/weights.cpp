#include "network/weights.hpp"

#include "errors/first_error.hpp"
#include "errors/message.hpp"

namespace lodestone {
namespace {

std::span<float> values_of(Buffer<float>& buffer) { return {buffer.data(), buffer.size()}; }
std::span<float> values_of(Array2<float>& array) { return array.all(); }
std::vector<std::uint64_t> shape_of(const Buffer<float>& buffer) { return {buffer.size()}; }
std::vector<std::uint64_t> shape_of(const Array2<float>& array) { return {array.rows(), array.cols()}; }

/// Calls visit(name, tensor) in the order of PyTorch's state_dict.
template <class AnyWeights, class Visit>
void for_each_tensor(AnyWeights& weights, Visit visit) {
  visit("batch_norm.weight", weights.norm_weight);
  visit("batch_norm.bias", weights.norm_bias);
  visit("batch_norm.running_mean", weights.running_mean);
  visit("batch_norm.running_var", weights.running_var);
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    auto& layer = weights.layers[l];
    const std::string suffix = "_l" + std::to_string(l);
    visit("lstm.weight_ih" + suffix, layer.input);
    visit("lstm.weight_hh" + suffix, layer.recurrent);
    visit("lstm.bias_ih" + suffix, layer.input_bias);
    visit("lstm.bias_hh" + suffix, layer.recurrent_bias);
  }
  visit("fc.weight", weights.dense_weight);
  visit("fc.bias", weights.dense_bias);
}

}  // namespace

std::vector<TensorShape> tensor_shapes(const NetworkConfig& config) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  std::vector<TensorShape> shapes;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) {
    shapes.push_back({std::string("batch_norm.") + name, {bins}});
  }
  std::uint64_t inputs = bins;
  for (std::size_t l = 0; l < config.layers.size(); ++l) {
    const auto hidden = static_cast<std::uint64_t>(config.layers[l]);
    const std::string suffix = "_l" + std::to_string(l);
    shapes.push_back({"lstm.weight_ih" + suffix, {4 * hidden, inputs}});
    shapes.push_back({"lstm.weight_hh" + suffix, {4 * hidden, hidden}});
    shapes.push_back({"lstm.bias_ih" + suffix, {4 * hidden}});
    shapes.push_back({"lstm.bias_hh" + suffix, {4 * hidden}});
    inputs = hidden;
  }
  shapes.push_back({"fc.weight", {bins, inputs}});
  shapes.push_back({"fc.bias", {bins}});
  return shapes;
}

Result<Weights> Weights::create(const NetworkConfig& config) {
  if (auto error = config.check()) return *error;
  Weights weights;
  weights.layers.resize(config.layers.size());
  const std::vector<TensorShape> shapes = tensor_shapes(config);
  FirstError error;
  auto next = shapes.begin();
  for_each_tensor(weights, [&](const std::string&, auto& tensor) {
    const std::vector<std::uint64_t>& shape = (next++)->shape;
    if constexpr (requires { tensor.rows(); }) {
      error.take(tensor, Array2<float>::create(shape[0], shape[1]));
    } else {
      error.take(tensor, Buffer<float>::create(shape[0]));
    }
  });
  if (error) return *error;
  for (float& variance : weights.running_var) variance = 1;
  return weights;
}

Result<Weights> Weights::clone() const {
  Weights copy;
  copy.layers.resize(layers.size());
  FirstError error;
  error.take(copy.norm_weight, norm_weight.clone());
  error.take(copy.norm_bias, norm_bias.clone());
  error.take(copy.running_mean, running_mean.clone());
  error.take(copy.running_var, running_var.clone());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    error.take(copy.layers[l].input, layers[l].input.clone());
    error.take(copy.layers[l].recurrent, layers[l].recurrent.clone());
    error.take(copy.layers[l].input_bias, layers[l].input_bias.clone());
    error.take(copy.layers[l].recurrent_bias, layers[l].recurrent_bias.clone());
  }
  error.take(copy.dense_weight, dense_weight.clone());
  error.take(copy.dense_bias, dense_bias.clone());
  if (error) return *error;
  return copy;
}

std::vector<NamedTensor> tensors(Weights& weights) {
  std::vector<NamedTensor> all;
  for_each_tensor(weights, [&](std::string name, auto& tensor) {
    all.push_back({std::move(name), shape_of(tensor), values_of(tensor)});
  });
  return all;
}

Status check_shapes(const NetworkConfig& config, const Weights& weights) {
  if (weights.layers.size() != config.layers.size()) {
    return malformed({"the weights have ", weights.layers.size(), " layers; expected ", config.layers.size()});
  }
  const std::vector<TensorShape> expected = tensor_shapes(config);
  Status failure;
  auto next = expected.begin();
  for_each_tensor(weights, [&](const std::string& name, const auto& tensor) {
    const std::vector<std::uint64_t>& shape = (next++)->shape;
    if (!failure && shape_of(tensor) != shape) {
      failure = malformed({name, " has the shape ", shape_of(tensor), "; expected ", shape});
    }
  });
  return failure;
}

}  // namespace lodestone
