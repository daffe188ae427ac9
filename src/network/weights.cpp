#include "network/weights.hpp"

#include "errors/first_error.hpp"
#include "errors/message.hpp"

namespace lodestone {
namespace {

/// A tensor of a Weights object: one of both.
struct Tensor {
  Buffer<float>* vector;
  Array2<float>* matrix;

  std::vector<std::uint64_t> shape() const {
    if (matrix) return {matrix->rows(), matrix->cols()};
    return {vector->size()};
  }

  Status create(const std::vector<std::uint64_t>& shape) const {
    FirstError error;
    if (matrix) {
      error.take(*matrix, Array2<float>::create(shape[0], shape[1]));
    } else {
      error.take(*vector, Buffer<float>::create(shape[0]));
    }
    return error.status();
  }

  std::span<float> values() const { return matrix ? matrix->all() : std::span<float>(vector->data(), vector->size()); }
};

/// In the order of PyTorch's state_dict, which is that of `tensor_names`.
std::vector<Tensor> tensors_of(Weights& weights) {
  std::vector<Tensor> all;
  for (auto* vector : {&weights.norm_weight, &weights.norm_bias, &weights.running_mean, &weights.running_var}) {
    all.push_back({vector, nullptr});
  }
  for (LstmWeights& layer : weights.layers) {
    for (auto* matrix : {&layer.input, &layer.recurrent}) all.push_back({nullptr, matrix});
    for (auto* vector : {&layer.input_bias, &layer.recurrent_bias}) all.push_back({vector, nullptr});
  }
  all.push_back({nullptr, &weights.dense_weight});
  all.push_back({&weights.dense_bias, nullptr});
  return all;
}

/// Only to be read.
std::vector<Tensor> tensors_of(const Weights& weights) { return tensors_of(const_cast<Weights&>(weights)); }

std::vector<std::string> tensor_names(std::size_t layers) {
  std::vector<std::string> names;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) {
    names.push_back(sentence({"batch_norm.", name}));
  }
  for (std::size_t l = 0; l < layers; ++l) {
    for (const char* name : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}) {
      names.push_back(sentence({"lstm.", name, "_l", l}));
    }
  }
  names.push_back("fc.weight");
  names.push_back("fc.bias");
  return names;
}

}  // namespace

std::vector<TensorShape> tensor_shapes(const NetworkConfig& config) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  std::vector<TensorShape> shapes;
  for (std::string& name : tensor_names(config.layers.size())) shapes.push_back({std::move(name), {bins}});
  std::uint64_t inputs = bins;
  std::size_t next = 4;
  for (const int units : config.layers) {
    const auto hidden = static_cast<std::uint64_t>(units);
    shapes[next].shape = {4 * hidden, inputs};
    shapes[next + 1].shape = {4 * hidden, hidden};
    shapes[next + 2].shape = shapes[next + 3].shape = {4 * hidden};
    inputs = hidden;
    next += 4;
  }
  shapes[next].shape = {bins, inputs};
  return shapes;
}

Result<Weights> Weights::create(const NetworkConfig& config) {
  if (auto error = config.check()) return *error;
  Weights weights;
  weights.layers.resize(config.layers.size());
  const std::vector<TensorShape> shapes = tensor_shapes(config);
  auto next = shapes.begin();
  for (const Tensor& tensor : tensors_of(weights)) {
    if (auto error = tensor.create((next++)->shape)) return *error;
  }
  for (float& variance : weights.running_var) variance = 1;
  return weights;
}

Result<Weights> Weights::clone() const {
  Weights copy;
  copy.layers.resize(layers.size());
  const std::vector<Tensor> originals = tensors_of(*this);
  auto next = originals.begin();
  for (const Tensor& tensor : tensors_of(copy)) {
    const Tensor& original = *next++;
    if (auto error = tensor.create(original.shape())) return *error;
    const std::span<const float> values = original.values();
    if (!values.empty()) std::memcpy(tensor.values().data(), values.data(), values.size_bytes());
  }
  return copy;
}

std::vector<NamedTensor> tensors(Weights& weights) {
  std::vector<NamedTensor> all;
  std::vector<std::string> names = tensor_names(weights.layers.size());
  auto name = names.begin();
  for (const Tensor& tensor : tensors_of(weights)) all.push_back({std::move(*name++), tensor.shape(), tensor.values()});
  return all;
}

Status check_shapes(const NetworkConfig& config, const Weights& weights) {
  if (weights.layers.size() != config.layers.size()) {
    return malformed({"the weights have ", weights.layers.size(), " layers; expected ", config.layers.size()});
  }
  const std::vector<TensorShape> expected = tensor_shapes(config);
  auto next = expected.begin();
  for (const Tensor& tensor : tensors_of(weights)) {
    const auto& [name, shape] = *next++;
    if (tensor.shape() != shape) return malformed({name, " has the shape ", tensor.shape(), "; expected ", shape});
  }
  return {};
}

}  // namespace lodestone
