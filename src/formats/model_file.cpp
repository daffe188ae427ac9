#include "formats/model_file.hpp"

#include <algorithm>

#include "formats/bytes.hpp"
#include "formats/metadata.hpp"
#include "formats/tensor.hpp"
#include "network/half.hpp"

namespace lodestone {

namespace {

constexpr std::string_view impulses_name = "impulses";
constexpr std::string_view residuals_name = "residuals";  // absent in files from earlier versions
constexpr std::string_view variance_name = "batch_norm.running_var";
constexpr std::string_view counter_name =
    "batch_norm.num_batches_tracked";  // PyTorch writes it; inference has no use for it

Status check_values(const NamedTensor& tensor) {
  return tensor.name == variance_name ? check_magnitudes(tensor.name, tensor.values)
                                      : check_finite(tensor.name, tensor.values);
}

/// The values, which must be floats, into memory that is there already.
Status read_floats(const TensorView& tensor, std::span<float> values) {
  if (tensor.dtype == DType::f16 || tensor.dtype == DType::f32 || tensor.dtype == DType::f64) {
    return copy_floats(tensor, values);
  }
  return malformed("{} has the dtype {}; allowed: F16, F32, F64", tensor.name, dtype_name(tensor.dtype));
}

/// The file must hold the tensors of the network with their shapes, and no other of a network's tensors.
Status check_tensors(const Safetensors& file, std::span<const TensorShape> expected) {
  for (const TensorShape& tensor : expected) {
    const TensorView* found = file.find(tensor.name);
    if (!found) return malformed("expected {} {}, found no tensor of that name", tensor.name, tensor.shape);
    if (found->shape != tensor.shape) {
      return malformed("expected {} {}, found {}", tensor.name, tensor.shape, found->shape);
    }
  }
  for (const TensorView& tensor : file.tensors) {
    const bool known =
        tensor.name == impulses_name || tensor.name == residuals_name || tensor.name == counter_name ||
        std::any_of(expected.begin(), expected.end(), [&](const auto& e) { return e.name == tensor.name; });
    if (!known) return malformed("found {} {}, which this network does not have", quoted(tensor.name), tensor.shape);
  }
  return {};
}

Result<Array2<float>> read_impulses(const Safetensors& file, std::uint64_t bins) {
  const TensorView* tensor = file.find(impulses_name);
  if (!tensor) return Array2<float>();
  if (tensor->shape.size() != 2 || tensor->shape[1] != bins) {
    return malformed("expected impulses [frames, {}], found {}", bins, tensor->shape);
  }
  auto impulses = Array2<float>::create(tensor->shape[0], bins);
  if (!impulses) return impulses;
  if (auto error = read_floats(*tensor, impulses->all())) return *error;
  if (auto error = check_magnitudes(impulses_name, impulses->all())) return *error;
  return impulses;
}

Result<Buffer<float>> read_residuals(const Safetensors& file, std::uint64_t bins) {
  const TensorView* tensor = file.find(residuals_name);
  if (!tensor) return Buffer<float>();
  if (tensor->shape.size() != 1 || tensor->shape[0] != bins) {
    return malformed("expected residuals [{}], found {}", bins, tensor->shape);
  }
  auto residuals = Buffer<float>::create(bins);
  if (!residuals) return residuals;
  if (auto error = read_floats(*tensor, *residuals)) return *error;
  if (auto error = check_magnitudes(residuals_name, *residuals)) return *error;
  return residuals;
}

Result<Buffer<Half>> to_half(std::span<const float> values) {
  auto halves = Buffer<Half>::create(values.size());
  if (!halves) return halves;
  std::transform(values.begin(), values.end(), halves->begin(), [](float value) { return Half(value); });
  return halves;
}

Status check_writable(const Model& model, std::span<const NamedTensor> weights) {
  if (auto error = model.stft.check()) return error;
  if (auto error = model.network.check()) return error;
  const auto expected = tensor_shapes(model.network);
  const auto bins = static_cast<std::size_t>(model.network.bins);
  bool fit = model.network.bins == model.stft.bins() && expected.size() == weights.size() &&
             (model.impulses.rows() == 0 || model.impulses.cols() == bins) &&
             (model.residuals.size() == 0 || model.residuals.size() == bins);
  for (std::size_t i = 0; fit && i < weights.size(); ++i) fit = weights[i].shape == expected[i].shape;
  if (!fit) return malformed("the model's configuration, weights, impulses and residuals do not fit together");
  for (const NamedTensor& tensor : weights) {
    if (auto error = check_values(tensor)) return error;
  }
  if (auto error = check_magnitudes(residuals_name, model.residuals)) return error;
  return check_magnitudes(impulses_name, model.impulses.all());
}

}  // namespace

Result<Weights> read_weights(const Safetensors& file, const NetworkConfig& network) {
  if (auto error = check_tensors(file, tensor_shapes(network))) return *error;
  auto weights = Weights::create(network);
  if (!weights) return weights;
  for (const NamedTensor& tensor : tensors(*weights)) {
    if (auto error = read_floats(*file.find(tensor.name), tensor.values)) return *error;
    if (auto error = check_values(tensor)) return *error;
  }
  return weights;
}

Result<Bytes> write_model(const Model& model) {
  const auto weights = tensors(const_cast<Weights&>(model.weights));  // only to read
  if (auto error = check_writable(model, weights)) return *error;
  Safetensors file;
  file.metadata.push_back(write_metadata({"model", model.stft, model.network, model.losses, model.validation_losses}));
  for (const NamedTensor& tensor : weights) {
    file.tensors.push_back({tensor.name, DType::f32, tensor.shape, std::as_bytes(tensor.values)});
  }
  if (model.residuals.size() > 0) {
    const std::span<const float> residuals = model.residuals;
    file.tensors.push_back({std::string(residuals_name), DType::f32, {residuals.size()}, std::as_bytes(residuals)});
  }
  Buffer<Half> halves;  // outlives the view of it
  if (model.impulses.rows() > 0) {
    const auto values = model.impulses.all();
    TensorView impulses{
        std::string(impulses_name), DType::f32, {model.impulses.rows(), model.impulses.cols()}, std::as_bytes(values)};
    if (std::all_of(values.begin(), values.end(), fits_half)) {
      auto rounded = to_half(values);
      if (!rounded) return rounded.error();
      halves = std::move(*rounded);
      impulses.dtype = DType::f16;
      impulses.bytes = std::as_bytes(std::span<const Half>(halves));
    }
    file.tensors.push_back(std::move(impulses));
  }
  return write_safetensors(file);
}

Result<Model> read_model(ByteView bytes) {
  auto file = read_safetensors(bytes);
  if (!file) return file.error();
  auto metadata = read_metadata(*file, "model");
  if (!metadata) return metadata.error();
  auto weights = read_weights(*file, metadata->network);
  if (!weights) return weights.error();
  const auto bins = static_cast<std::uint64_t>(metadata->network.bins);
  auto impulses = read_impulses(*file, bins);
  if (!impulses) return impulses.error();
  auto residuals = read_residuals(*file, bins);
  if (!residuals) return residuals.error();
  return Model{metadata->stft,
               std::move(metadata->network),
               std::move(*weights),
               std::move(*impulses),
               std::move(*residuals),
               std::move(metadata->losses),
               std::move(metadata->validation_losses)};
}

}  // namespace lodestone
