#include "formats/bytes.hpp"
#include "formats/imported.hpp"
#include "formats/model_file.hpp"
#include "formats/pickle.hpp"
#include "formats/zip.hpp"
#include "network/tensor.hpp"

/// Files from torch.save: a zip archive with a pickle of the objects, `NAME/data.pkl`, and a file with the values of
/// each storage, `NAME/data/0`, …
namespace lodestone {

namespace {

constexpr std::size_t largest_pickle = 4 << 20;  // a model and its optimizer take a few thousand bytes
constexpr std::string_view pickle_name = "/data.pkl";
constexpr std::string_view first_weight = "lstm.weight_ih_l0";  // in every MAGNet state_dict

enum Global : std::uint32_t { ordered_dict, rebuild_tensor, rebuild_parameter, first_storage };
constexpr std::string_view globals[] = {"collections.OrderedDict",
                                        "torch._utils._rebuild_tensor_v2",
                                        "torch._utils._rebuild_parameter",
                                        "torch.FloatStorage",
                                        "torch.DoubleStorage",
                                        "torch.HalfStorage",
                                        "torch.LongStorage",
                                        "torch.IntStorage",
                                        "torch.ByteStorage"};
constexpr DType storage_dtypes[] = {DType::f32, DType::f64, DType::f16, DType::i64, DType::i32, DType::u8};

bool is_object(const PickleValue& value, Global global) {
  return value.kind == PickleKind::object && value.first == global;
}

/// Sizes or strides.
bool read_sizes(const Pickle& pickle, const PickleValue& tuple, std::vector<std::uint64_t>& sizes) {
  if (tuple.kind != PickleKind::tuple) return false;
  for (std::size_t i = 0; i < tuple.count; ++i) {
    const PickleValue& size = pickle.element(tuple, i);
    if (size.kind != PickleKind::integer || size.integer < 0) return false;
    sizes.push_back(static_cast<std::uint64_t>(size.integer));
  }
  return true;
}

/// Whether the values are contiguous, in row-major order.
bool is_contiguous(std::span<const std::uint64_t> shape, std::span<const std::uint64_t> strides) {
  std::uint64_t expected = 1;
  for (std::size_t i = shape.size(); i > 0; --i) {
    if (shape[i - 1] != 1 && strides[i - 1] != expected) return false;
    if (__builtin_mul_overflow(expected, shape[i - 1], &expected)) return false;
  }
  return true;
}

/// An archive and its pickle.
class Archive {
 public:
  static Result<Archive> open(ByteView bytes) {
    auto entries = read_zip(bytes);
    if (!entries) return entries.error();
    Archive archive;
    archive.entries_ = std::move(*entries);
    for (const ZipEntry& entry : archive.entries_) {
      if (entry.name.ends_with(pickle_name) && entry.name.find('/') == entry.name.size() - pickle_name.size()) {
        archive.name_ = entry.name.substr(0, entry.name.size() - pickle_name.size());
      }
    }
    if (auto error = archive.read()) return *error;
    return archive;
  }

  /// The tensors of the one network state_dict in the pickle, with the common prefix removed from their names.
  Result<Safetensors> state_dict() const {
    const Pickle::Item* found = nullptr;
    for (const Pickle::Item& item : pickle_.items) {
      if (!key_of(item).ends_with(first_weight)) continue;
      if (found) {
        return malformed("it contains two networks, with {} and {}; save only one", quoted(key_of(*found)),
                         quoted(key_of(item)));
      }
      found = &item;
    }
    if (!found) {
      return malformed(
          "it contains no MAGNet network: none of its dicts has \"{}\" (batch_norm, lstm and fc are the names of "
          "MAGNet's "
          "RNNModel)",
          first_weight);
    }
    const std::string_view prefix = key_of(*found).substr(0, key_of(*found).size() - first_weight.size());
    Safetensors tensors;
    for (const Pickle::Item& item : pickle_.items) {
      if (item.dict != found->dict || !is_tensor(pickle_.values[item.value])) continue;
      std::string_view name = key_of(item);
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
      if (tensors.find(name)) return malformed("tensor {} occurs twice", quoted(name));
      auto tensor = read_tensor(name, pickle_.values[item.value]);
      if (!tensor) return tensor.error();
      tensors.tensors.push_back(std::move(*tensor));
    }
    return tensors;
  }

 private:
  Status read() {
    if (find("constants.pkl")) return malformed("it is a TorchScript program; save model.state_dict() instead");
    const ZipEntry* pickle = find("data.pkl");
    if (!pickle) return malformed("it is a zip archive without data.pkl, so not from torch.save");
    const ZipEntry* order = find("byteorder");
    if (order && as_text(order->bytes) != "little") {
      return malformed("its byte order is {}; allowed: \"little\"", quoted(as_text(order->bytes)));
    }
    if (pickle->bytes.size() > largest_pickle) {
      return malformed("data.pkl has {} bytes; allowed: up to {}", pickle->bytes.size(), largest_pickle);
    }
    auto values = read_pickle(pickle->bytes, globals);
    if (!values) return values.error();
    pickle_ = std::move(*values);
    return {};
  }

  const ZipEntry* find(std::string_view name) const {
    const std::string wanted = sentence("{}/{}", name_, name);
    for (const ZipEntry& entry : entries_) {
      if (entry.name == wanted) return &entry;
    }
    return nullptr;
  }

  std::string_view key_of(const Pickle::Item& item) const { return pickle_.values[item.key].text(); }

  static bool is_tensor(const PickleValue& value) {
    return is_object(value, rebuild_tensor) || is_object(value, rebuild_parameter);
  }

  Result<TensorView> read_tensor(std::string_view name, const PickleValue& value) const {
    const PickleValue* object = &value;
    const PickleValue* arguments = &pickle_.values[object->count];
    if (is_object(*object, rebuild_parameter) && arguments->count > 0) {  // a Parameter is made from a tensor
      object = &pickle_.element(*arguments, 0);
      if (is_object(*object, rebuild_tensor)) arguments = &pickle_.values[object->count];
    }
    TensorView tensor{std::string(name), DType::f32, {}, {}};
    std::uint64_t offset;
    if (!is_object(*object, rebuild_tensor) || !take_arguments(*arguments, tensor, offset)) {
      return malformed("tensor {} is not a contiguous tensor in PyTorch's form", quoted(name));
    }
    if (tensor.bytes.empty()) {
      return malformed("tensor {}: its storage is missing or does not have the stated size", quoted(name));
    }
    std::uint64_t count, end;
    const std::size_t size = dtype_size(tensor.dtype);
    if (!checked_count(tensor.shape, count) || __builtin_add_overflow(offset, count, &end) ||
        end > tensor.bytes.size() / size) {
      return malformed("tensor {} {} ends beyond its storage of {} values", quoted(name), tensor.shape,
                       tensor.bytes.size() / size);
    }
    tensor.bytes =
        tensor.bytes.subspan(static_cast<std::size_t>(offset) * size, static_cast<std::size_t>(count) * size);
    return tensor;
  }

  /// Storage, offset, sizes and strides; other arguments follow. `tensor.bytes` is the whole storage, or empty if it is
  /// invalid.
  bool take_arguments(const PickleValue& arguments, TensorView& tensor, std::uint64_t& offset) const {
    if (arguments.count < 4) return false;
    const PickleValue& start = pickle_.element(arguments, 1);
    std::vector<std::uint64_t> strides;
    if (start.kind != PickleKind::integer || start.integer < 0 ||
        !read_sizes(pickle_, pickle_.element(arguments, 2), tensor.shape) ||
        !read_sizes(pickle_, pickle_.element(arguments, 3), strides) || tensor.shape.size() != strides.size() ||
        !is_contiguous(tensor.shape, strides)) {
      return false;
    }
    offset = static_cast<std::uint64_t>(start.integer);
    return take_storage(pickle_.element(arguments, 0), tensor);
  }

  /// ('storage', type, file name, device, number of values)
  bool take_storage(const PickleValue& value, TensorView& tensor) const {
    if (value.kind != PickleKind::persistent) return false;
    const PickleValue& id = pickle_.values[value.first];
    if (id.kind != PickleKind::tuple || id.count != 5 || pickle_.element(id, 0).text() != "storage") return false;
    const PickleValue &type = pickle_.element(id, 1), &count = pickle_.element(id, 4);
    if (type.kind != PickleKind::global || type.first < first_storage || count.kind != PickleKind::integer)
      return false;
    tensor.dtype = storage_dtypes[type.first - first_storage];
    const ZipEntry* file = find(sentence("data/{}", pickle_.element(id, 2).text()));
    const std::size_t size = dtype_size(tensor.dtype);
    if (file && file->bytes.size() % size == 0 &&
        static_cast<std::uint64_t>(count.integer) == file->bytes.size() / size) {
      tensor.bytes = file->bytes;
    }
    return true;
  }

  std::vector<ZipEntry> entries_;
  std::string_view name_;
  Pickle pickle_;
};

/// The network's settings, derived from some tensors' shapes. All shapes are checked against them later.
Result<Model> shape_model(const Safetensors& tensors, const ImportConfig& config) {
  const TensorView* input = tensors.find(first_weight);
  std::vector<std::uint64_t> layers;
  while (const TensorView* recurrent = tensors.find(sentence("lstm.weight_hh_l{}", layers.size()))) {
    if (recurrent->shape.size() != 2) break;
    layers.push_back(recurrent->shape[1]);
  }
  if (!input || input->shape.size() != 2 || layers.empty()) {
    return malformed("expected {} [4 x hidden, bins] and lstm.weight_hh_l0 [4 x hidden, hidden]", first_weight);
  }
  return imported_model(config, input->shape[1], layers, 0);
}

}  // namespace

Result<Model> read_pytorch(ByteView bytes, const ImportConfig& config) {
  if (!starts_with(bytes, "PK")) {
    return malformed(
        "it is a bare pickle, as written by PyTorch before 1.6; save it again with a newer version: "
        "torch.save(torch.load(path), path)");
  }
  const auto archive = Archive::open(bytes);
  if (!archive) return archive.error();
  const auto tensors = archive->state_dict();
  if (!tensors) return tensors.error();
  auto model = shape_model(*tensors, config);
  if (!model) return model;
  ModelFile file{*model, {}};
  if (auto error = view_weights(*tensors, file)) return *error;
  return file.model.copy();
}

}  // namespace lodestone
