#include "formats/model_file.hpp"

#include <cstdint>

#include "formats/bytes.hpp"
#include "formats/metadata.hpp"
#include "network/half.hpp"
#include "network/tensor.hpp"
#include "network/weights.hpp"

namespace lodestone {

namespace {

constexpr std::string_view impulses_name = "impulses";
constexpr std::string_view residuals_name = "residuals";  // missing in files from earlier versions
constexpr std::string_view variance_name = "batch_norm.running_var";
constexpr std::string_view counter_name =
    "batch_norm.num_batches_tracked";  // written by PyTorch, not needed for inference

Metadata metadata_of(ModelView& model) {
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

/// The file may contain the expected tensors of the network and the other tensors of a model, but nothing else.
Status check_names(const Safetensors& file, std::span<const TensorShape> expected) {
  for (const TensorView& tensor : file.tensors) {
    bool known = tensor.name == impulses_name || tensor.name == residuals_name || tensor.name == counter_name;
    for (const TensorShape& weight : expected) known |= weight.name == tensor.name;
    if (!known) return malformed("found {} {}, which this network does not have", quoted(tensor.name), tensor.shape);
  }
  return {};
}

Status check_values(const TensorView& tensor) {
  if (tensor.dtype != DType::f16 && tensor.dtype != DType::f32 && tensor.dtype != DType::f64) {
    return malformed("{} has the dtype {}; allowed: F16, F32, F64", tensor.name, dtype_name(tensor.dtype));
  }
  const bool weight = tensor.name != impulses_name && tensor.name != residuals_name && tensor.name != variance_name;
  return weight ? check_finite(tensor) : check_magnitudes(tensor);
}

/// The view that `ModelView::weights` asks for, of values that are converted if they cannot be used where they are.
Status view_floats(const TensorView& tensor, TensorView& view, Buffer<float>& converted) {
  if (auto error = check_values(tensor)) return error;
  view = tensor;
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.bytes.data());
  if (tensor.dtype == DType::f32 && address % alignof(float) == 0) return {};
  auto values = to_floats(tensor);
  if (!values) return values.error();
  converted = std::move(*values);
  view.dtype = DType::f32;
  view.bytes = std::as_bytes(std::span<const float>(converted));
  return {};
}

/// Tensors that a file need not have.
Status view_extras(const Safetensors& file, ModelFile& to) {
  const auto bins = static_cast<std::uint64_t>(to.model.network.bins);
  if (const TensorView* found = file.find(impulses_name)) {
    const std::uint64_t frames = found->shape.empty() ? 0 : found->shape[0];
    if (auto error = check_tensor(file, impulses_name, {frames, bins})) return error;
    if (auto error = check_values(*found)) return error;
    to.model.impulses = *found;
  }
  const TensorView* found = file.find(residuals_name);
  if (!found) return {};
  if (auto error = check_tensor(file, residuals_name, {bins})) return error;
  return view_floats(*found, to.model.residuals, to.converted.back());
}

Status check_fit(const ModelView& model) {
  if (auto error = model.stft.check()) return error;
  if (auto error = model.network.check()) return error;
  const auto bins = static_cast<std::uint64_t>(model.network.bins);
  const bool fit = model.network.bins == model.stft.bins() && !check_shapes(model.network, model.weights) &&
                   (model.frames() == 0 || model.impulses.shape[1] == bins) &&
                   (model.residuals.bytes.empty() || model.residuals.count() == bins);
  if (fit) return {};
  return malformed("the model's configuration, weights, impulses and residuals do not match");
}

bool all_fit_half(const TensorView& frames) {
  for (std::size_t i = 0; i < frames.count(); ++i) {
    if (!fits_half(float_at(frames, i))) return false;
  }
  return true;
}

Result<Bytes> stored(const TensorView& tensor, DType dtype) {
  const auto count = static_cast<std::size_t>(tensor.count());
  auto bytes = Bytes::create(count * dtype_size(dtype));
  if (!bytes) return bytes;
  ByteWriter writer(*bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = float_at(tensor, i);
    dtype == DType::f16 ? writer.put(Half(value).bits) : writer.put(value);
  }
  return bytes;
}

}  // namespace

Status view_weights(const Safetensors& file, ModelFile& to) {
  const std::vector<TensorShape> expected = tensor_shapes(to.model.network);
  for (const TensorShape& tensor : expected) {
    if (auto error = check_tensor(file, tensor.name, tensor.shape)) return error;
  }
  if (auto error = check_names(file, expected)) return error;
  to.model.weights = std::vector<TensorView>(expected.size());
  to.converted = std::vector<Buffer<float>>(expected.size() + 1);  // and the residuals
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (auto error = view_floats(*file.find(expected[i].name), to.model.weights[i], to.converted[i])) return error;
  }
  return {};
}

Result<Bytes> write_model(const ModelView& model) {
  if (auto error = check_fit(model)) return *error;
  Safetensors file;
  file.metadata.push_back(write_metadata(metadata_of(const_cast<ModelView&>(model))));  // read-only
  const bool has_residuals = !model.residuals.bytes.empty(), has_impulses = model.frames() > 0;
  file.tensors = std::vector<TensorView>(model.weights.size() + has_residuals + has_impulses);
  auto next = std::copy(model.weights.begin(), model.weights.end(), file.tensors.begin());
  if (has_residuals) *next++ = model.residuals;
  if (has_impulses) *next = model.impulses;
  for (const TensorView& tensor : file.tensors) {
    if (auto error = check_values(tensor)) return *error;
  }
  if (!has_impulses) return write_safetensors(file);
  TensorView& impulses = file.tensors.back();
  const DType dtype = all_fit_half(impulses) ? DType::f16 : DType::f32;
  const auto values = stored(impulses, dtype);
  if (!values) return values.error();
  impulses.dtype = dtype;
  impulses.bytes = *values;
  return write_safetensors(file);
}

Status view_model(ByteView bytes, ModelFile& to) {
  const auto file = read_safetensors(bytes);
  if (!file) return file.error();
  if (auto error = read_metadata(*file, metadata_of(to.model))) return error;
  if (auto error = view_weights(*file, to)) return error;
  return view_extras(*file, to);
}

Result<Model> read_model(ByteView bytes) {
  ModelFile file;
  if (auto error = view_model(bytes, file)) return *error;
  return file.model.copy();
}

}  // namespace lodestone
