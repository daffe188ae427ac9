#include "formats/metadata.hpp"

#include <cmath>
#include <limits>

#include "formats/bytes.hpp"
#include "formats/json.hpp"

namespace lodestone {

namespace {

constexpr std::string_view model_key = "lodestone";
constexpr std::uint64_t format_version = 1;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();  // null in JSON, which has no NaN
constexpr double largest_whole = 0x1p53;  // doubles, and so JavaScript, represent all integers up to here

enum class FieldType { integer, count, real, window, framing, scale, integers, losses };

/// A field of the metadata, in the object `section` or, if that is empty, at the top level. `value` points to an int,
/// uint64, double, Window, Framing, Scale, vector of int or vector of float, depending on `type`.
struct Field {
  std::string_view section, name;
  FieldType type;
  void* value;
};

template <class T>
T& value_of(const Field& field) {
  return *static_cast<T*>(field.value);
}

/// The list of fields, for both the reader and the writer.
class Fields {
 public:
  explicit Fields(Metadata& metadata) {
    StftConfig& stft = metadata.stft;
    add("stft", "size", FieldType::integer, &stft.size);
    add("stft", "window_size", FieldType::integer, &stft.window_size);
    add("stft", "hop", FieldType::integer, &stft.hop);
    add("stft", "window", FieldType::window, &stft.window);
    add("stft", "framing", FieldType::framing, &stft.framing);
    add("stft", "sample_rate", FieldType::real, &stft.sample_rate);
    if (metadata.kind == "model") {
      NetworkConfig& network = metadata.network;
      add("network", "bins", FieldType::integer, &network.bins);
      add("network", "layers", FieldType::integers, &network.layers);
      add("network", "sequence", FieldType::integer, &network.sequence);
      add("network", "scale", FieldType::scale, &network.scale);
      add("", "losses", FieldType::losses, &metadata.losses);
      add("", "validation_losses", FieldType::losses, &metadata.validation_losses);
    } else {
      add("", "samples", FieldType::count, &metadata.samples);
    }
  }

  const Field* begin() const { return fields_; }
  const Field* end() const { return fields_ + count_; }

 private:
  void add(const char* section, const char* name, FieldType type, void* value) {
    fields_[count_++] = {section, name, type, value};
  }

  Field fields_[12];
  int count_ = 0;
};

bool is_whole(const JsonValue& value, double lowest, double highest) {
  return value.kind == JsonValue::Kind::number && value.number >= lowest && value.number <= highest &&
         value.number == std::trunc(value.number);
}

/// Stores a JSON value, or one element of a list, in a field; returns null, or what the field expects.
const char* read(const Field& field, const JsonValue& value) {
  constexpr double largest_int = std::numeric_limits<int>::max();
  const bool list = field.type == FieldType::integers || field.type == FieldType::losses;
  if (list && value.arrays == 0) return value.kind == JsonValue::Kind::array ? nullptr : "a list";
  if (value.arrays > (list ? 1 : 0)) return "no lists in it";
  const bool number = value.kind == JsonValue::Kind::number;
  switch (field.type) {
    case FieldType::integer:
    case FieldType::integers:
      if (!is_whole(value, -largest_int, largest_int)) return "a 32-bit integer";
      if (list) {
        value_of<std::vector<int>>(field).push_back(static_cast<int>(value.number));
      } else {
        value_of<int>(field) = static_cast<int>(value.number);
      }
      return nullptr;
    case FieldType::count:
      if (!is_whole(value, 0, largest_whole)) return "a whole number from 0 to 2^53";
      value_of<std::uint64_t>(field) = static_cast<std::uint64_t>(value.number);
      return nullptr;
    case FieldType::real:
      value_of<double>(field) = value.number;
      return number ? nullptr : "a number";
    case FieldType::losses:
      if (!number && value.kind != JsonValue::Kind::null) return "a number or null";
      value_of<std::vector<float>>(field).push_back(number ? static_cast<float>(value.number) : not_a_number);
      return nullptr;
    case FieldType::window:
      return parse_window(value.string, value_of<Window>(field)) ? nullptr : "the name of a window";
    case FieldType::framing:
      return parse_framing(value.string, value_of<Framing>(field)) ? nullptr : "the name of a framing";
    case FieldType::scale:
      break;
  }
  return parse_scale(value.string, value_of<Scale>(field)) ? nullptr : "linear, log1p";
}

/// Integers in a checked configuration are never negative.
void write(JsonWriter& writer, const Field& field) {
  switch (field.type) {
    case FieldType::integer:
      return writer.integer(static_cast<std::uint64_t>(value_of<int>(field)));
    case FieldType::count:
      return writer.integer(value_of<std::uint64_t>(field));
    case FieldType::real:
      return writer.number(value_of<double>(field));
    case FieldType::window:
      return writer.string(window_name(value_of<Window>(field)));
    case FieldType::framing:
      return writer.string(framing_name(value_of<Framing>(field)));
    case FieldType::scale:
      return writer.string(scale_name(value_of<Scale>(field)));
    case FieldType::integers:
    case FieldType::losses:
      break;
  }
  writer.open('[');
  if (field.type == FieldType::integers) {
    for (const int element : value_of<std::vector<int>>(field)) writer.integer(static_cast<std::uint64_t>(element));
  } else {
    for (const float element : value_of<std::vector<float>>(field)) writer.number(element);
  }
  writer.close(']');
}

std::string describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::object:
      return "an object";
    case JsonValue::Kind::array:
      return "a list";
    case JsonValue::Kind::string:
      return sentence("{}", quoted(value.string));
    case JsonValue::Kind::number:
      return number_text(value.number);
    case JsonValue::Kind::boolean:
      return value.number != 0 ? "true" : "false";
    case JsonValue::Kind::null:
      break;
  }
  return "null";
}

Error field_error(const Field& field, const std::string& what) {
  return malformed("metadata: {}{}{} {}", field.section, field.section.empty() ? "" : ".", field.name, what);
}

/// Reads only format_version and kind, which determine what the rest means.
class KindVisitor : public JsonVisitor {
 public:
  std::string kind;
  bool seen_version = false;

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.size() != 1 || value.arrays > 0) return {};
    if (path[0] == "kind") kind = value.string;
    if (path[0] != "format_version") return {};
    seen_version = true;
    if (value.has_integer && value.integer == format_version) return {};
    return malformed("metadata: format_version is {}; this version of Lodestone reads {}", describe(value),
                     format_version);
  }
};

/// Reads the fields and ignores unknown ones.
class FieldVisitor : public JsonVisitor {
 public:
  explicit FieldVisitor(Metadata& metadata) : fields_(metadata) {}

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty() || path.size() > 2) return {};
    const std::string_view section = path.size() == 2 ? std::string_view(path[0]) : std::string_view();
    unsigned bit = 1;
    for (const Field& field : fields_) {
      if (field.section == section && field.name == path.back()) return take(field, bit, value);
      bit <<= 1;
    }
    return {};
  }

  Status check_complete() const {
    unsigned bit = 1;
    for (const Field& field : fields_) {
      if (!(seen_ & bit)) return field_error(field, "is missing");
      bit <<= 1;
    }
    return {};
  }

 private:
  Status take(const Field& field, unsigned bit, const JsonValue& value) {
    if (value.arrays == 0 && (seen_ & bit)) return field_error(field, "is there twice");
    seen_ |= bit;
    const char* expected = read(field, value);
    if (!expected) return {};
    return field_error(field, sentence("is {}; allowed: {}", describe(value), expected));
  }

  Fields fields_;
  unsigned seen_ = 0;  // one bit per field
};

Status check_configurations(const Metadata& metadata) {
  if (auto error = metadata.stft.check()) return malformed("metadata: stft: {}", error->message);
  if (metadata.kind != "model") return {};
  if (auto error = metadata.network.check()) return malformed("metadata: network: {}", error->message);
  if (metadata.network.bins == metadata.stft.bins()) return {};
  return malformed("metadata: network.bins is {}; expected {}, as stft.size is {}", metadata.network.bins,
                   metadata.stft.bins(), metadata.stft.size);
}

}  // namespace

Result<Metadata> read_metadata(const Safetensors& file, std::string_view kind) {
  const std::string* text = file.find_metadata(model_key);
  if (!text) return malformed("this safetensors file is not Lodestone's: its metadata has no entry \"lodestone\"");
  KindVisitor header;
  if (auto error = read_json("metadata", *text, header)) return *error;
  if (!header.seen_version) return malformed("metadata: format_version is missing");
  if (header.kind != kind) {
    return malformed("expected a file of kind {}, found kind {}", quoted(kind), quoted(header.kind));
  }
  Metadata metadata{.kind = header.kind, .network = {.layers = {}}};
  FieldVisitor fields(metadata);
  if (auto error = read_json("metadata", *text, fields)) return *error;
  if (auto error = fields.check_complete()) return *error;
  if (auto error = check_configurations(metadata)) return *error;
  return metadata;
}

std::pair<std::string, std::string> write_metadata(Metadata metadata) {
  JsonWriter writer;
  writer.open('{');
  writer.key("format_version");
  writer.integer(format_version);
  writer.key("kind");
  writer.string(metadata.kind);
  std::string_view open;
  for (const Field& field : Fields(metadata)) {
    if (field.section != open) {
      if (!open.empty()) writer.close('}');
      if (!field.section.empty()) {
        writer.key(field.section);
        writer.open('{');
      }
      open = field.section;
    }
    writer.key(field.name);
    write(writer, field);
  }
  writer.close('}');
  return {std::string(model_key), std::move(writer.text)};
}

}  // namespace lodestone
