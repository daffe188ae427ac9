#include "network/weights.hpp"

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "network/tensor.hpp"

namespace lodestone {
namespace {

/// A tensor of a Weights object: either a matrix or a vector.
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

std::size_t tensor_count(std::size_t layers) { return 4 * layers + 6; }

/// In the order of PyTorch's state_dict.
std::vector<Tensor> tensors_of(Weights& weights, bool has_components) {
  std::vector<Tensor> all(tensor_count(weights.layers.size()));
  auto next = all.begin();
  if (has_components) {
    *next++ = {nullptr, &weights.components};
    *next++ = {&weights.components_bias, nullptr};
  } else {
    for (auto* vector : {&weights.norm_weight, &weights.norm_bias}) *next++ = {vector, nullptr};
  }
  for (auto* vector : {&weights.running_mean, &weights.running_var}) *next++ = {vector, nullptr};
  for (LstmWeights& layer : weights.layers) {
    for (auto* matrix : {&layer.input, &layer.recurrent}) *next++ = {nullptr, matrix};
    for (auto* vector : {&layer.input_bias, &layer.recurrent_bias}) *next++ = {vector, nullptr};
  }
  *next++ = {nullptr, &weights.dense_weight};
  *next = {&weights.dense_bias, nullptr};
  return all;
}

std::vector<Tensor> tensors_of(Weights& weights) { return tensors_of(weights, weights.components.rows() > 0); }

/// For reading only.
std::vector<Tensor> tensors_of(const Weights& weights) { return tensors_of(const_cast<Weights&>(weights)); }

/// The name of the i-th tensor.
std::string tensor_name(std::size_t i, std::size_t layers, bool has_components) {
  constexpr const char* norm[] = {"weight", "bias", "running_mean", "running_var"};
  constexpr const char* lstm[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
  if (i < 4) return sentence("{}.{}", has_components && i < 2 ? "components" : "batch_norm", norm[i]);
  if (i < 4 * layers + 4) return sentence("lstm.{}_l{}", lstm[i % 4], i / 4 - 1);
  return sentence("{}", i == 4 * layers + 4 ? "fc.weight" : "fc.bias");
}

}  // namespace

std::vector<NamedTensor> tensors(Weights& weights) {
  const std::vector<Tensor> all = tensors_of(weights);
  std::vector<NamedTensor> named(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    named[i] = {tensor_name(i, weights.layers.size(), weights.components.rows() > 0), all[i].shape(), all[i].values()};
  }
  return named;
}

std::vector<TensorView> tensors(const Weights& weights) {
  const std::vector<Tensor> all = tensors_of(weights);
  std::vector<TensorView> views(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    views[i] = {tensor_name(i, weights.layers.size(), weights.components.rows() > 0), DType::f32, all[i].shape(),
                std::as_bytes(all[i].values())};
  }
  return views;
}

std::vector<TensorShape> tensor_shapes(const NetworkConfig& config) {
  const auto bins = static_cast<std::uint64_t>(config.width());
  const bool has_components = config.components > 0;
  const std::uint64_t ends = has_components ? static_cast<std::uint64_t>(config.components) : bins;
  std::vector<TensorShape> shapes(tensor_count(config.layers.size()));
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    shapes[i] = {tensor_name(i, config.layers.size(), has_components), {i < 4 ? bins : ends}};
  }
  if (has_components) shapes[0].shape = {ends, bins};
  std::uint64_t inputs = ends;
  std::size_t next = 4;
  for (const int units : config.layers) {
    const auto hidden = static_cast<std::uint64_t>(units);
    shapes[next].shape = {4 * hidden, inputs};
    shapes[next + 1].shape = {4 * hidden, hidden};
    shapes[next + 2].shape = shapes[next + 3].shape = {4 * hidden};
    inputs = hidden;
    next += 4;
  }
  shapes[next].shape = {ends, inputs};
  return shapes;
}

Result<Weights> Weights::create(const NetworkConfig& config) {
  if (auto error = config.check()) return *error;
  Weights weights;
  weights.layers = std::vector<LstmWeights>(config.layers.size());
  const std::vector<TensorShape> shapes = tensor_shapes(config);
  auto next = shapes.begin();
  for (const Tensor& tensor : tensors_of(weights, config.components > 0)) {
    if (auto error = tensor.create((next++)->shape)) return *error;
  }
  for (float& variance : weights.running_var) variance = 1;
  return weights;
}

Result<Weights> Weights::copy(std::span<const TensorView> from) {
  Weights weights;
  weights.layers = std::vector<LstmWeights>((from.size() - tensor_count(0)) / 4);
  auto next = from.begin();
  const bool has_components = next->shape.size() == 2;
  for (const Tensor& tensor : tensors_of(weights, has_components)) {
    if (auto error = tensor.create(next->shape)) return *error;
    if (auto error = copy_floats(*next++, tensor.values())) return *error;
  }
  return weights;
}

Result<Weights> Weights::clone() const { return copy(tensors(*this)); }

Status check_shapes(const NetworkConfig& config, std::span<const TensorView> weights) {
  const std::vector<TensorShape> expected = tensor_shapes(config);
  if (weights.size() != expected.size()) {
    return malformed("the weights have {} layers; expected {}", (weights.size() - 6) / 4, config.layers.size());
  }
  auto next = expected.begin();
  for (const TensorView& tensor : weights) {
    const auto& [name, shape] = *next++;
    if (tensor.shape != shape) return malformed("{} has the shape {}; expected {}", name, tensor.shape, shape);
  }
  return {};
}

}  // namespace lodestone
