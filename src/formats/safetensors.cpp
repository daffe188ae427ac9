#include "formats/bytes.hpp"
#include "formats/json.hpp"
#include "formats/tensor.hpp"

namespace lodestone {

namespace {

constexpr std::uint64_t length_bytes = 8;              // the file starts with the length of its header
constexpr std::uint64_t longest_header = 100'000'000;  // as in the reference implementation
constexpr std::size_t most_entries = 4096;             // tensors, and metadata entries
constexpr std::size_t most_dimensions = 32;
constexpr std::string_view metadata_key = "__metadata__";

/// Where a tensor's bytes should be, counted from the end of the header.
struct Extent {
  std::uint64_t begin = 0, end = 0;
};

Error entry_error(std::string_view name, const std::string& what) {
  return malformed("safetensors header: {} {}", quoted(name), what);
}

/// Parses the header, without checking it against the bytes yet.
class HeaderVisitor : public JsonVisitor {
 public:
  Safetensors file;
  std::vector<Extent> extents;  // of the tensors, in order

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty()) {
      if (value.kind == JsonValue::Kind::object) return {};
      return malformed("safetensors header: expected a JSON object");
    }
    if (path.size() == 1) return start_entry(path[0], value);
    if (path[0] == metadata_key) return add_metadata(path, value);
    return visit_field(path, value);
  }

  /// Whether the last tensor is complete.
  Status finish_entry() const {
    if (file.tensors.empty() || (seen_dtype_ && seen_shape_ && offsets_ == 2)) return {};
    return entry_error(file.tensors.back().name, "lacks one of dtype, shape and data_offsets");
  }

 private:
  Status start_entry(const std::string& name, const JsonValue& value) {
    if (value.kind != JsonValue::Kind::object || value.arrays > 0) return entry_error(name, "is not an object");
    if (name == metadata_key) {
      if (seen_metadata_) return entry_error(name, "is there twice");
      seen_metadata_ = true;
      return {};
    }
    if (auto error = finish_entry()) return error;
    if (file.tensors.size() == most_entries) return too_many();
    file.tensors.push_back({.name = name, .dtype = DType::u8, .shape = {}, .bytes = {}});
    extents.emplace_back();
    seen_dtype_ = seen_shape_ = false;
    offsets_ = -1;
    return {};
  }

  Status add_metadata(std::span<const std::string> path, const JsonValue& value) {
    if (path.size() != 2 || value.kind != JsonValue::Kind::string || value.arrays > 0) {
      return entry_error(path[1], "in the metadata is not a string");
    }
    if (file.metadata.size() == most_entries) return too_many();
    file.metadata.emplace_back(path[1], value.string);
    return {};
  }

  Status visit_field(std::span<const std::string> path, const JsonValue& value) {
    const std::string& field = path[1];
    TensorView& tensor = file.tensors.back();
    if (path.size() == 2) {
      if (field == "dtype" && !seen_dtype_) return set_dtype(tensor, value);
      if (field == "shape" && value.kind == JsonValue::Kind::array && value.arrays == 0 && !seen_shape_) {
        seen_shape_ = true;
        return {};
      }
      if (field == "shape" && value.has_integer && value.arrays == 1) return add_dimension(tensor, value);
      if (field == "data_offsets" && value.kind == JsonValue::Kind::array && value.arrays == 0 && offsets_ < 0) {
        offsets_ = 0;
        return {};
      }
      if (field == "data_offsets" && value.has_integer && value.arrays == 1 && offsets_ < 2) {
        (offsets_++ == 0 ? extents.back().begin : extents.back().end) = value.integer;
        return {};
      }
    }
    return entry_error(tensor.name,
                       sentence("has a field {} that is unknown, there twice or of the wrong kind; expected dtype (a "
                                "string), shape (whole numbers) and data_offsets (two whole numbers)",
                                quoted(field)));
  }

  Status set_dtype(TensorView& tensor, const JsonValue& value) {
    seen_dtype_ = true;
    if (value.kind == JsonValue::Kind::string && value.arrays == 0 && parse_dtype(value.string, tensor.dtype))
      return {};
    return entry_error(tensor.name,
                       sentence("has dtype {}; allowed: U8, I32, I64, F16, F32, F64", quoted(value.string)));
  }

  static Status add_dimension(TensorView& tensor, const JsonValue& value) {
    if (tensor.shape.size() == most_dimensions) return entry_error(tensor.name, "has more than 32 dimensions");
    tensor.shape.push_back(value.integer);
    return {};
  }

  static Error too_many() { return malformed("safetensors header: more than 4096 entries"); }

  bool seen_metadata_ = false;
  // Of the last tensor:
  bool seen_dtype_ = false, seen_shape_ = false;
  int offsets_ = -1;
};

/// A name with a position. Sorting these finds duplicate names, and gaps and overlaps between tensors.
struct Entry {
  std::string_view name;
  Extent extent;
};

using Order = bool (*)(const Entry&, const Entry&);

/// Insertion sort: short code, and fast enough for the few tensors that a file may have.
void sort(std::vector<Entry>& entries, Order before) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    for (std::size_t k = i; k > 0 && before(entries[k], entries[k - 1]); --k) std::swap(entries[k], entries[k - 1]);
  }
}

Status check_names(std::vector<Entry>& entries) {
  sort(entries, [](const Entry& a, const Entry& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].name == entries[i - 1].name) return entry_error(entries[i].name, "is there twice");
  }
  return {};
}

/// The tensors must cover the bytes after the header, each byte exactly once.
Status check_extents(std::vector<Entry>& entries, std::uint64_t size) {
  sort(entries, [](const Entry& a, const Entry& b) {
    return a.extent.begin != b.extent.begin ? a.extent.begin < b.extent.begin : a.extent.end < b.extent.end;
  });
  std::uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.extent.begin != covered) {
      return entry_error(entry.name, sentence("starts at byte {}, expected {}: tensors lie one behind the other",
                                              entry.extent.begin, covered));
    }
    covered = entry.extent.end;
  }
  if (covered == size) return {};
  return malformed("safetensors: expected {} bytes of tensors, found {}", covered, size);
}

Status check_size(const TensorView& tensor, Extent extent) {
  std::uint64_t bytes;
  if (!checked_count(tensor.shape, bytes) || __builtin_mul_overflow(bytes, dtype_size(tensor.dtype), &bytes)) {
    return entry_error(tensor.name, sentence("{} has more values than 64 bits can count", tensor.shape));
  }
  if (extent.end >= extent.begin && extent.end - extent.begin == bytes) return {};
  return entry_error(tensor.name, sentence("{} {} takes {} bytes, but its data_offsets are {} to {}",
                                           dtype_name(tensor.dtype), tensor.shape, bytes, extent.begin, extent.end));
}

Status check_metadata_names(const Safetensors& file) {
  std::vector<Entry> entries;
  for (const auto& [key, text] : file.metadata) entries.push_back({key, {}});
  return check_names(entries);
}

/// Checks the header against the bytes after it, and points the tensors at them.
Status place_tensors(HeaderVisitor& header, ByteView data) {
  auto& tensors = header.file.tensors;
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (auto error = check_size(tensors[i], header.extents[i])) return error;
    entries.push_back({tensors[i].name, header.extents[i]});
  }
  if (auto error = check_names(entries)) return error;
  if (auto error = check_extents(entries, data.size())) return error;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Extent extent = header.extents[i];
    tensors[i].bytes =
        data.subspan(static_cast<std::size_t>(extent.begin), static_cast<std::size_t>(extent.end - extent.begin));
  }
  return {};
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

Status check_writable(const Safetensors& file) {
  std::vector<Entry> entries{{metadata_key, {}}};
  for (const TensorView& tensor : file.tensors) {
    if (auto error = check_size(tensor, {0, tensor.bytes.size()})) return error;
    entries.push_back({tensor.name, {}});
  }
  if (auto error = check_names(entries)) return error;
  return check_metadata_names(file);
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
  if (bytes.size() < length_bytes) {
    return malformed("safetensors: expected at least 8 bytes, found {}", bytes.size());
  }
  const auto length = load<std::uint64_t>(bytes);
  if (length > longest_header) {
    return malformed("safetensors: the header's length is {}; allowed: up to 100000000", length);
  }
  if (length > bytes.size() - length_bytes) {
    return malformed("safetensors: expected a header of {} bytes, found {}", length, bytes.size() - length_bytes);
  }
  const ByteView text = bytes.subspan(length_bytes, static_cast<std::size_t>(length));
  if (!starts_with(text, "{")) return malformed("safetensors: the header does not start with {");
  HeaderVisitor header;
  if (auto error = read_json("safetensors header", as_text(text), header)) return *error;
  if (auto error = header.finish_entry()) return *error;
  if (auto error = check_metadata_names(header.file)) return *error;
  if (auto error = place_tensors(header, bytes.subspan(length_bytes + text.size()))) return *error;
  return std::move(header.file);
}

Result<Bytes> write_safetensors(const Safetensors& file) {
  if (auto error = check_writable(file)) return *error;
  const std::string header = header_text(file);
  if (!is_utf8(header)) return malformed("safetensors: a name or a metadata text is not UTF-8");
  if (header.size() > longest_header) {
    return malformed("safetensors: the header takes {} bytes; allowed: up to 100000000", header.size());
  }
  std::uint64_t size = length_bytes + header.size();
  for (const TensorView& tensor : file.tensors) size += tensor.bytes.size();
  auto bytes = Bytes::create(size);
  if (!bytes) return bytes;
  ByteWriter writer(*bytes);
  writer.put(std::uint64_t{header.size()});
  writer.put(std::string_view(header));
  for (const TensorView& tensor : file.tensors) writer.put(tensor.bytes);
  return bytes;
}

}  // namespace lodestone
