#include "formats/bytes.hpp"
#include "formats/json.hpp"
#include "network/tensor.hpp"

namespace lodestone {

namespace {

constexpr std::uint64_t length_bytes = 8;              // the file starts with the length of its header
constexpr std::uint64_t longest_header = 100'000'000;  // as in the reference implementation
constexpr std::size_t most_dimensions = 32;
constexpr std::string_view metadata_key = "__metadata__";

bool read_naturals(const JsonValue& list, std::vector<std::uint64_t>& numbers) {
  numbers = std::vector<std::uint64_t>(list.size());
  auto next = numbers.begin();
  for (const JsonValue& value : list) {
    if (!value.has_integer) return false;
    *next++ = value.integer;
  }
  return list.kind == JsonValue::Kind::array;
}

Status read_metadata(const JsonValue& object, Safetensors& file) {
  file.metadata = std::vector<std::pair<std::string, std::string>>(object.size());
  auto next = file.metadata.begin();
  for (const JsonValue& entry : object) {
    if (entry.kind != JsonValue::Kind::string) {
      return malformed("safetensors header: {} in the metadata is not a string", quoted(entry.key));
    }
    next->first = entry.key;
    next++->second = entry.string;
  }
  return {};
}

bool read_field(const JsonValue& field, TensorView& tensor, std::vector<std::uint64_t>& offsets) {
  if (field.key == "dtype") return parse_dtype(field.string, tensor.dtype);
  if (field.key == "shape") return read_naturals(field, tensor.shape) && tensor.shape.size() <= most_dimensions;
  return field.key == "data_offsets" && read_naturals(field, offsets) && offsets.size() == 2;
}

Status read_tensor(const JsonValue& object, TensorView& tensor, ByteView data) {
  const Quoted name = quoted(object.key);
  tensor.name = object.key;
  std::vector<std::uint64_t> offsets;
  for (const JsonValue& field : object) {
    if (!read_field(field, tensor, offsets)) {
      return malformed(
          "safetensors header: {} has {} {}; allowed: U8, I32, I64, F16, F32, F64 as dtype, whole numbers as shape (up "
          "to 32 dimensions) and as data_offsets (two of them), nothing else",
          name, quoted(field.key), quoted(field.string));
    }
  }
  if (object.size() < 3) return malformed("safetensors header: {} lacks one of dtype, shape and data_offsets", name);
  std::uint64_t size;
  if (!checked_count(tensor.shape, size) || __builtin_mul_overflow(size, dtype_size(tensor.dtype), &size)) {
    return malformed("safetensors header: {} {} has more values than 64 bits can count", name, tensor.shape);
  }
  const std::uint64_t begin = offsets[0], end = offsets[1];
  if (begin > end || end - begin != size || end > data.size()) {
    return malformed("safetensors header: {} {} {} takes {} bytes, but its data_offsets are {} to {} of {}", name,
                     dtype_name(tensor.dtype), tensor.shape, size, begin, end, data.size());
  }
  tensor.bytes = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
  return {};
}

bool lies_before(const TensorView& a, const TensorView& b) {
  return a.bytes.data() == b.bytes.data() ? a.bytes.size() < b.bytes.size() : a.bytes.data() < b.bytes.data();
}

/// The tensors must cover the bytes after the header, each byte exactly once.
Status check_cover(std::span<const TensorView> tensors, ByteView data) {
  std::vector<const TensorView*> sorted(tensors.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {  // insertion sort: short, and fast enough for this few
    std::size_t k = i;
    for (; k > 0 && lies_before(tensors[i], *sorted[k - 1]); --k) sorted[k] = sorted[k - 1];
    sorted[k] = &tensors[i];
  }
  std::size_t covered = 0;
  for (const TensorView* tensor : sorted) {
    const auto begin = static_cast<std::size_t>(tensor->bytes.data() - data.data());
    if (begin != covered) {
      return malformed("safetensors header: {} starts at byte {}, expected {}: tensors follow each other without gaps",
                       quoted(tensor->name), begin, covered);
    }
    covered += tensor->bytes.size();
  }
  if (covered == data.size()) return {};
  return malformed("safetensors: expected {} bytes of tensors, found {}", covered, data.size());
}

void write_entry(JsonWriter& writer, const TensorView& tensor, std::uint64_t begin) {
  writer.key(tensor.name);
  writer.open('{');
  writer.key("dtype");
  writer.string(dtype_name(tensor.dtype));
  writer.key("shape");
  writer.open('[');
  for (const std::uint64_t size : tensor.shape) writer.integer(size);
  writer.close(']');
  writer.key("data_offsets");
  writer.open('[');
  writer.integer(begin);
  writer.integer(begin + tensor.bytes.size());
  writer.close(']');
  writer.close('}');
}

/// The header, padded with spaces to a multiple of 8 bytes, so that what follows is aligned.
std::string header_text(const Safetensors& file) {
  JsonWriter writer;
  writer.open('{');
  if (!file.metadata.empty()) {
    writer.key(metadata_key);
    writer.open('{');
    for (const auto& [key, text] : file.metadata) {
      writer.key(key);
      writer.string(text);
    }
    writer.close('}');
  }
  std::uint64_t begin = 0;
  for (const TensorView& tensor : file.tensors) {
    write_entry(writer, tensor, begin);
    begin += tensor.bytes.size();
  }
  writer.close('}');
  writer.text.append((8 - writer.text.size() % 8) % 8, ' ');
  return std::move(writer.text);
}

}  // namespace

const TensorView* Safetensors::find(std::string_view name) const {
  for (const TensorView& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

const std::string* Safetensors::find_metadata(std::string_view key) const {
  for (const auto& [name, text] : metadata) {
    if (name == key) return &text;
  }
  return nullptr;
}

Result<Safetensors> read_safetensors(ByteView bytes) {
  if (bytes.size() < length_bytes) return malformed("safetensors: expected at least 8 bytes, found {}", bytes.size());
  const auto length = load<std::uint64_t>(bytes);
  if (length > longest_header || length > bytes.size() - length_bytes) {
    return malformed("safetensors: expected a header of {} bytes, found {}; allowed: up to {}", length,
                     bytes.size() - length_bytes, longest_header);
  }
  const ByteView text = bytes.subspan(length_bytes, static_cast<std::size_t>(length));
  const ByteView data = bytes.subspan(length_bytes + text.size());
  if (!starts_with(text, "{")) return malformed("safetensors: the header does not start with {");
  const auto header = Json::read("safetensors header", as_text(text));
  if (!header) return header.error();
  const JsonValue& root = header->root();
  Safetensors file;
  file.tensors = std::vector<TensorView>(root.size() - (root.find(metadata_key) ? 1 : 0));
  auto next = file.tensors.begin();
  for (const JsonValue& entry : root) {
    if (entry.kind != JsonValue::Kind::object) {
      return malformed("safetensors header: {} is not an object", quoted(entry.key));
    }
    const bool is_metadata = entry.key == metadata_key;
    if (auto error = is_metadata ? read_metadata(entry, file) : read_tensor(entry, *next++, data)) return *error;
  }
  if (auto error = check_cover(file.tensors, data)) return *error;
  return file;
}

Result<Bytes> write_safetensors(const Safetensors& file) {
  const std::string header = header_text(file);
  std::uint64_t size = length_bytes + header.size();
  for (const TensorView& tensor : file.tensors) size += tensor.bytes.size();
  auto bytes = Bytes::create(size);
  if (!bytes) return bytes;
  ByteWriter writer(*bytes);
  writer.put(std::uint64_t{header.size()});
  writer.put(std::string_view(header));
  for (const TensorView& tensor : file.tensors) writer.put(tensor.bytes);
  const auto read = read_safetensors(*bytes);  // refuses to write what it could not read
  if (!read) return read.error();
  return bytes;
}

}  // namespace lodestone
