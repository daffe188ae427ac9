#include "formats/metadata.hpp"

#include <cmath>
#include <limits>
#include <variant>

#include "formats/bytes.hpp"
#include "formats/json.hpp"

namespace lodestone {

namespace {

constexpr std::string_view metadata_key = "lodestone";
constexpr std::uint64_t format_version = 1;
constexpr double largest_whole = 0x1p53;  // all whole numbers up to here are doubles, and so numbers of JavaScript

using Value =
    std::variant<int*, std::uint64_t*, double*, Window*, Framing*, Scale*, std::vector<int>*, std::vector<float>*>;

/// A field of the metadata, in an object `section` or, where that is empty, at the top.
struct Field {
  std::string_view section, name;
  Value value;
};

/// The one list of fields, for the reader and for the writer.
std::vector<Field> fields_of(Metadata& metadata) {
  StftConfig& stft = metadata.stft;
  std::vector<Field> fields{
      {"stft", "size", &stft.size},       {"stft", "window_size", &stft.window_size},
      {"stft", "hop", &stft.hop},         {"stft", "window", &stft.window},
      {"stft", "framing", &stft.framing}, {"stft", "sample_rate", &stft.sample_rate},
  };
  if (metadata.kind == "model") {
    NetworkConfig& network = metadata.network;
    fields.insert(fields.end(), {{"network", "bins", &network.bins},
                                 {"network", "layers", &network.layers},
                                 {"network", "sequence", &network.sequence},
                                 {"network", "scale", &network.scale},
                                 {"", "losses", &metadata.losses},
                                 {"", "validation_losses", &metadata.validation_losses}});
  } else {
    fields.push_back({"", "samples", &metadata.samples});
  }
  return fields;
}

bool is_whole(const JsonValue& value, double lowest, double highest) {
  return value.kind == JsonValue::Kind::number && value.number >= lowest && value.number <= highest &&
         value.number == std::trunc(value.number);
}

/// Takes values of JSON into fields; each call returns null or what it expected.
struct Read {
  const JsonValue& value;

  const char* operator()(int* field) const {
    constexpr double largest = std::numeric_limits<int>::max();
    if (!is_whole(value, -largest, largest)) return "a whole number of 32 bits";
    *field = static_cast<int>(value.number);
    return nullptr;
  }
  const char* operator()(std::uint64_t* field) const {
    if (!is_whole(value, 0, largest_whole)) return "a whole number from 0 to 2^53";
    *field = static_cast<std::uint64_t>(value.number);
    return nullptr;
  }
  const char* operator()(double* field) const {
    *field = value.number;
    return value.kind == JsonValue::Kind::number ? nullptr : "a number";
  }
  /// A loss; null stands for NaN, which JSON does not have.
  const char* operator()(float* field) const {
    const bool null = value.kind == JsonValue::Kind::null;
    *field = null ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value.number);
    return null || value.kind == JsonValue::Kind::number ? nullptr : "a number or null";
  }
  const char* operator()(Window* field) const {
    return parse_window(value.string, *field) ? nullptr : "the name of a window";
  }
  const char* operator()(Framing* field) const {
    return parse_framing(value.string, *field) ? nullptr : "the name of a framing";
  }
  const char* operator()(Scale* field) const { return parse_scale(value.string, *field) ? nullptr : "linear, log1p"; }
  template <class T>
  const char* operator()(std::vector<T>* field) const {
    if (value.arrays == 0) return value.kind == JsonValue::Kind::array ? nullptr : "a list";
    T element{};
    const char* expected = (*this)(&element);
    field->push_back(element);
    return expected;
  }
};

/// Writes fields as values of JSON.
struct Write {
  JsonWriter& writer;

  void operator()(const int* field) const { writer.integer(static_cast<std::uint64_t>(*field)); }  // none is negative
  void operator()(const std::uint64_t* field) const { writer.integer(*field); }
  void operator()(const double* field) const { writer.number(*field); }
  void operator()(const float* field) const { writer.number(*field); }
  void operator()(const Window* field) const { writer.string(window_name(*field)); }
  void operator()(const Framing* field) const { writer.string(framing_name(*field)); }
  void operator()(const Scale* field) const { writer.string(scale_name(*field)); }
  template <class T>
  void operator()(const std::vector<T>* field) const {
    writer.open('[');
    for (const T& element : *field) (*this)(&element);
    writer.close(']');
  }
};

Piece describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::object:
      return "an object";
    case JsonValue::Kind::array:
      return "a list";
    case JsonValue::Kind::string:
      return Piece::quoted(value.string);
    case JsonValue::Kind::number:
      return value.number;
    case JsonValue::Kind::boolean:
      return value.number != 0 ? "true" : "false";
    case JsonValue::Kind::null:
      break;
  }
  return "null";
}

Error field_error(const Field& field, Pieces what) {
  const Error error = malformed(what);
  return malformed({"metadata: ", field.section, field.section.empty() ? "" : ".", field.name, " ", error.message});
}

/// Looks only at format_version and kind, which decide what the rest means.
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
    return malformed(
        {"metadata: format_version is ", describe(value), "; this version of Lodestone reads ", format_version});
  }
};

/// Fills the fields. What it does not know it leaves alone.
class FieldVisitor : public JsonVisitor {
 public:
  explicit FieldVisitor(Metadata& metadata) : fields_(fields_of(metadata)), seen_(fields_.size()) {}

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty() || path.size() > 2) return {};
    const std::string_view section = path.size() == 2 ? std::string_view(path[0]) : std::string_view();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].section == section && fields_[i].name == path.back()) return take(i, value);
    }
    return {};
  }

  Status check_complete() const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (!seen_[i]) return field_error(fields_[i], {"is missing"});
    }
    return {};
  }

 private:
  Status take(std::size_t i, const JsonValue& value) {
    const Field& field = fields_[i];
    if (value.arrays == 0 && seen_[i]) return field_error(field, {"is there twice"});
    seen_[i] = 1;
    if (const char* expected = read(field, value)) {
      return field_error(field, {"is ", describe(value), "; allowed: ", expected});
    }
    return {};
  }

  static const char* read(const Field& field, const JsonValue& value) {
    const bool list = std::holds_alternative<std::vector<int>*>(field.value) ||
                      std::holds_alternative<std::vector<float>*>(field.value);
    if (value.arrays > (list ? 1 : 0)) return "no lists in it";
    return std::visit(Read{value}, field.value);
  }

  std::vector<Field> fields_;
  std::vector<char> seen_;
};

Status check_configurations(const Metadata& metadata) {
  if (auto error = metadata.stft.check()) return malformed({"metadata: stft: ", error->message});
  if (metadata.kind != "model") return {};
  if (auto error = metadata.network.check()) return malformed({"metadata: network: ", error->message});
  if (metadata.network.bins == metadata.stft.bins()) return {};
  return malformed({"metadata: network.bins is ", metadata.network.bins, "; expected ", metadata.stft.bins(),
                    ", as stft.size is ", metadata.stft.size});
}

}  // namespace

Result<Metadata> read_metadata(const Safetensors& file, std::string_view kind) {
  const std::string* text = file.find_metadata(metadata_key);
  if (!text) return malformed({"this safetensors file is not Lodestone's: its metadata has no entry \"lodestone\""});
  KindVisitor header;
  if (auto error = read_json("metadata", *text, header)) return *error;
  if (!header.seen_version) return malformed({"metadata: format_version is missing"});
  if (header.kind != kind) {
    return malformed({"expected a file of kind ", Piece::quoted(kind), ", found kind ", Piece::quoted(header.kind)});
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
  for (const Field& field : fields_of(metadata)) {
    if (field.section != open) {
      if (!open.empty()) writer.close('}');
      if (!field.section.empty()) {
        writer.key(field.section);
        writer.open('{');
      }
      open = field.section;
    }
    writer.key(field.name);
    std::visit(Write{writer}, field.value);
  }
  writer.close('}');
  return {std::string(metadata_key), std::move(writer.text)};
}

}  // namespace lodestone
