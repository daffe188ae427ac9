#include "formats/model_file.hpp"

#include <cstdint>

#include "formats/bytes.hpp"
#include "formats/impulse_code.hpp"
#include "formats/metadata.hpp"
#include "network/half.hpp"
#include "network/tensor.hpp"
#include "network/weights.hpp"

namespace lodestone {

namespace {

constexpr std::string_view impulses_name = "impulses";
constexpr std::string_view code_name = "impulses.code";
constexpr std::string_view components_name = "components.weight";
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
    bool known = tensor.name == impulses_name || tensor.name == code_name || tensor.name == residuals_name ||
                 tensor.name == counter_name;
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

Status view_code(const TensorView& code, ModelFile& to) {
  if (code.dtype != DType::u8) {
    return malformed("{} has the dtype {}; allowed: U8", code_name, dtype_name(code.dtype));
  }
  const auto bins = static_cast<std::uint64_t>(to.model.network.bins);
  auto decoded = decode_impulses(code.bytes, bins);
  if (!decoded) return decoded.error();
  to.impulses = std::move(*decoded);
  to.model.impulses = {
      std::string(impulses_name), DType::f32, {to.impulses.rows(), bins}, std::as_bytes(to.impulses.all())};
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
  } else if (const TensorView* code = file.find(code_name)) {
    if (auto error = view_code(*code, to)) return error;
  }
  const TensorView* found = file.find(residuals_name);
  if (!found) return {};
  if (auto error = check_tensor(file, residuals_name, {static_cast<std::uint64_t>(to.model.network.width())}))
    return error;
  return view_floats(*found, to.model.residuals, to.converted.back());
}

Status check_fit(const ModelView& model) {
  if (auto error = model.stft.check()) return error;
  if (auto error = model.network.check()) return error;
  const auto bins = static_cast<std::uint64_t>(model.network.bins),
             width = static_cast<std::uint64_t>(model.network.width());
  const bool fit = model.network.bins == model.stft.bins() && !check_shapes(model.network, model.weights) &&
                   (model.frames() == 0 || model.impulses.shape[1] == bins) &&
                   (model.residuals.bytes.empty() || model.residuals.count() == width);
  if (fit) return {};
  return malformed("the model's configuration, weights, impulses and residuals do not match");
}

bool all_fit_half(const TensorView& tensor) {
  for (std::size_t i = 0; i < tensor.count(); ++i) {
    if (!fits_half(float_at(tensor, i))) return false;
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

/// As float16 or float32, in bytes that `values` keeps.
Status shorten(TensorView& tensor, Bytes& values) {
  const DType dtype = all_fit_half(tensor) ? DType::f16 : DType::f32;
  auto bytes = stored(tensor, dtype);
  if (!bytes) return bytes.error();
  values = std::move(*bytes);
  tensor.dtype = dtype;
  tensor.bytes = values;
  return {};
}

/// As code, if the impulses are whole steps of loudness.
Status shorten_impulses(TensorView& impulses, Bytes& values) {
  auto code = encode_impulses(impulses);
  if (!code) return code.error();
  if (code->size() == 0) return shorten(impulses, values);
  values = std::move(*code);
  impulses = {std::string(code_name), DType::u8, {values.size()}, values};
  return {};
}

}  // namespace

Status view_weights(const Safetensors& file, ModelFile& to) {
  NetworkConfig& network = to.model.network;
  if (const TensorView* found = file.find(components_name); found && !found->shape.empty()) {
    network.components =
        static_cast<int>(std::min<std::uint64_t>(found->shape[0], static_cast<unsigned>(network.width())));
  }
  const std::vector<TensorShape> expected = tensor_shapes(network);
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
  const bool compact = model.network.components > 0;
  std::vector<Bytes> values(file.tensors.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    TensorView& tensor = file.tensors[i];
    const bool is_impulses = tensor.name == impulses_name;
    if (!compact && !is_impulses) continue;
    auto error = compact && is_impulses ? shorten_impulses(tensor, values[i]) : shorten(tensor, values[i]);
    if (error) return *error;
  }
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
