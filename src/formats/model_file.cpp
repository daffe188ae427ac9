#include "formats/model_file.hpp"

#include <algorithm>

#include "formats/bytes.hpp"
#include "formats/metadata.hpp"
#include "formats/tensor.hpp"
#include "network/half.hpp"

namespace lodestone {

namespace {

constexpr std::string_view impulses_name = "impulses";
constexpr std::string_view residuals_name = "residuals";  // missing in files from earlier versions
constexpr std::string_view variance_name = "batch_norm.running_var";
constexpr std::string_view counter_name =
    "batch_norm.num_batches_tracked";  // written by PyTorch, not needed for inference

Metadata metadata_of(Model& model) {
  return {.kind = "model",
          .stft = model.stft,
          .network = &model.network,
          .losses = &model.losses,
          .validation_losses = &model.validation_losses};
}

/// Whether the file has this tensor.
Status check_tensor(const Safetensors& file, std::string_view name, const std::vector<std::uint64_t>& shape) {
  const TensorView* found = file.find(name);
  if (!found) return malformed("expected {} {}, found no tensor of that name", name, shape);
  if (found->shape == shape) return {};
  return malformed("expected {} {}, found {}", name, shape, found->shape);
}

Status check_values(const NamedTensor& tensor) {
  const bool weight = tensor.name != impulses_name && tensor.name != residuals_name && tensor.name != variance_name;
  return weight ? check_finite(tensor.name, tensor.values) : check_magnitudes(tensor.name, tensor.values);
}

/// Copies the values, which must be floats, into existing memory.
Status read_values(const Safetensors& file, const NamedTensor& to) {
  const TensorView& tensor = *file.find(to.name);
  if (tensor.dtype != DType::f16 && tensor.dtype != DType::f32 && tensor.dtype != DType::f64) {
    return malformed("{} has the dtype {}; allowed: F16, F32, F64", to.name, dtype_name(tensor.dtype));
  }
  if (auto error = copy_floats(tensor, to.values)) return error;
  return check_values(to);
}

Status read_impulses(const Safetensors& file, Model& model) {
  const TensorView* found = file.find(impulses_name);
  if (!found) return {};
  const std::uint64_t frames = found->shape.empty() ? 0 : found->shape[0];
  const auto bins = static_cast<std::uint64_t>(model.network.bins);
  if (auto error = check_tensor(file, impulses_name, {frames, bins})) return error;
  auto impulses = Array2<float>::create(frames, bins);
  if (!impulses) return impulses.error();
  model.impulses = std::move(*impulses);
  return read_values(file, {std::string(impulses_name), {}, model.impulses.all()});
}

Status read_residuals(const Safetensors& file, Model& model) {
  if (!file.find(residuals_name)) return {};
  const auto bins = static_cast<std::uint64_t>(model.network.bins);
  if (auto error = check_tensor(file, residuals_name, {bins})) return error;
  auto residuals = Buffer<float>::create(bins);
  if (!residuals) return residuals.error();
  model.residuals = std::move(*residuals);
  return read_values(file, {std::string(residuals_name), {}, model.residuals});
}

/// The file may contain the expected tensors of the network and the other tensors of a model, but nothing else.
Status check_names(const Safetensors& file, std::span<const TensorShape> expected) {
  for (const TensorView& tensor : file.tensors) {
    bool known = tensor.name == impulses_name || tensor.name == residuals_name || tensor.name == counter_name;
    for (const TensorShape& weight : expected) known |= weight.name == tensor.name;
    if (!known) return malformed("found {} {}, which this network does not have", quoted(tensor.name), tensor.shape);
  }
  return {};
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
  if (!fit) return malformed("the model's configuration, weights, impulses and residuals do not match");
  for (const NamedTensor& tensor : weights) {
    if (auto error = check_values(tensor)) return error;
  }
  if (auto error = check_magnitudes(residuals_name, model.residuals)) return error;
  return check_magnitudes(impulses_name, model.impulses.all());
}

}  // namespace

Status read_weights(const Safetensors& file, const NetworkConfig& network, Weights& weights) {
  const std::vector<TensorShape> expected = tensor_shapes(network);
  for (const TensorShape& tensor : expected) {  // before memory is allocated
    if (auto error = check_tensor(file, tensor.name, tensor.shape)) return error;
  }
  if (auto error = check_names(file, expected)) return error;
  auto created = Weights::create(network);
  if (!created) return created.error();
  weights = std::move(*created);
  for (const NamedTensor& tensor : tensors(weights)) {
    if (auto error = read_values(file, tensor)) return error;
  }
  return {};
}

Result<Bytes> write_model(const Model& model) {
  const auto weights = tensors(const_cast<Weights&>(model.weights));  // read-only
  if (auto error = check_writable(model, weights)) return *error;
  Safetensors file;
  file.metadata.push_back(write_metadata(metadata_of(const_cast<Model&>(model))));  // read-only
  for (const NamedTensor& tensor : weights) {
    file.tensors.push_back({tensor.name, DType::f32, tensor.shape, std::as_bytes(tensor.values)});
  }
  if (model.residuals.size() > 0) {
    const std::span<const float> residuals = model.residuals;
    file.tensors.push_back({std::string(residuals_name), DType::f32, {residuals.size()}, std::as_bytes(residuals)});
  }
  Buffer<Half> halves;  // must outlive the view of it
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
  const auto file = read_safetensors(bytes);
  if (!file) return file.error();
  Result<Model> model = Model{};
  if (auto error = read_metadata(*file, metadata_of(*model))) return *error;
  if (auto error = read_weights(*file, model->network, model->weights)) return *error;
  if (auto error = read_impulses(*file, *model)) return *error;
  if (auto error = read_residuals(*file, *model)) return *error;
  return model;
}

}  // namespace lodestone
