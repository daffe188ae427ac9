#include "formats/metadata.hpp"

#include <climits>
#include <cmath>
#include <limits>

#include "formats/bytes.hpp"
#include "formats/json.hpp"

namespace lodestone {

namespace {

using Kind = JsonValue::Kind;

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
  explicit Fields(const Metadata& metadata) {
    StftConfig& stft = metadata.stft;
    add("stft", "size", FieldType::integer, &stft.size);
    add("stft", "window_size", FieldType::integer, &stft.window_size);
    add("stft", "hop", FieldType::integer, &stft.hop);
    add("stft", "window", FieldType::window, &stft.window);
    add("stft", "framing", FieldType::framing, &stft.framing);
    add("stft", "sample_rate", FieldType::real, &stft.sample_rate);
    if (metadata.network) {
      NetworkConfig& network = *metadata.network;
      add("network", "bins", FieldType::integer, &network.bins);
      add("network", "layers", FieldType::integers, &network.layers);
      add("network", "sequence", FieldType::integer, &network.sequence);
      add("network", "scale", FieldType::scale, &network.scale);
      add("", "losses", FieldType::losses, metadata.losses);
      add("", "validation_losses", FieldType::losses, metadata.validation_losses);
    } else {
      add("", "samples", FieldType::count, metadata.samples);
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

bool read_whole(const JsonValue& value, double lowest, double highest, auto& whole) {
  if (value.kind != Kind::number || !(value.number >= lowest && value.number <= highest)) return false;
  whole = static_cast<std::remove_reference_t<decltype(whole)>>(value.number);
  return static_cast<double>(whole) == value.number;
}

bool read_int(const JsonValue& value, int& number) { return read_whole(value, INT_MIN, INT_MAX, number); }

bool read_loss(const JsonValue& value, float& loss) {
  loss = value.kind == Kind::null ? not_a_number : static_cast<float>(value.number);
  return value.kind == Kind::null || value.kind == Kind::number;
}

template <class T>
bool read_list(const JsonValue& list, bool (*read_element)(const JsonValue&, T&), std::vector<T>& elements) {
  elements = std::vector<T>(list.size());
  auto next = elements.begin();
  for (const JsonValue& value : list) {
    if (!read_element(value, *next++)) return false;
  }
  return list.kind == Kind::array;
}

/// Stores a JSON value in a field; returns null, or what the field expects.
const char* read(const Field& field, const JsonValue& value) {
  switch (field.type) {
    case FieldType::integer:
      return read_int(value, value_of<int>(field)) ? nullptr : "a 32-bit integer";
    case FieldType::count:
      return read_whole(value, 0, largest_whole, value_of<std::uint64_t>(field)) ? nullptr
                                                                                 : "a whole number from 0 to 2^53";
    case FieldType::real:
      value_of<double>(field) = value.number;
      return value.kind == Kind::number ? nullptr : "a number";
    case FieldType::integers:
      return read_list(value, read_int, value_of<std::vector<int>>(field)) ? nullptr : "a list of 32-bit integers";
    case FieldType::losses:
      return read_list(value, read_loss, value_of<std::vector<float>>(field)) ? nullptr : "a list of numbers or null";
    case FieldType::window:
      return parse_window(value.string, value_of<Window>(field))
                 ? nullptr
                 : "hann, hann-symmetric, sqrt-hann, hamming, blackman, rectangular";
    case FieldType::framing:
      return parse_framing(value.string, value_of<Framing>(field)) ? nullptr : "centered, none, lws";
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

/// A value as text, or "missing" for null.
std::string describe(const JsonValue* value) {
  if (!value) return "missing";
  if (value->kind == Kind::string) return sentence("{}", quoted(value->string));
  if (value->kind == Kind::number) return number_text(value->number);
  if (value->kind == Kind::boolean) return value->number != 0 ? "true" : "false";
  return value->kind == Kind::object ? "an object" : value->kind == Kind::array ? "a list" : "null";
}

Status read_fields(const JsonValue& root, const Metadata& metadata) {
  for (const Field& field : Fields(metadata)) {
    const bool inner = !field.section.empty();
    const JsonValue& section = inner ? root[field.section] : root;
    if (const char* expected = read(field, section[field.name])) {
      return malformed("metadata: {}{}{} is {}; allowed: {}", field.section, inner ? "." : "", field.name,
                       describe(section.find(field.name)), expected);
    }
  }
  return {};
}

Status check_configurations(const Metadata& metadata) {
  if (auto error = metadata.stft.check()) return malformed("metadata: stft: {}", error->message);
  if (!metadata.network) return {};
  if (auto error = metadata.network->check()) return malformed("metadata: network: {}", error->message);
  const int bins = metadata.stft.bins();
  if (metadata.network->bins == bins) return {};
  return malformed("metadata: network.bins is {}; expected {}, as stft.size is {}", metadata.network->bins, bins,
                   metadata.stft.size);
}

}  // namespace

Status read_metadata(const Safetensors& file, const Metadata& to) {
  const std::string* text = file.find_metadata(model_key);
  if (!text) return malformed("this safetensors file is not Lodestone's: its metadata has no entry \"lodestone\"");
  const auto json = Json::read("metadata", *text);
  if (!json) return json.error();
  const JsonValue* version = json->root().find("format_version");
  if (!version || !version->has_integer || version->integer != format_version) {
    return malformed("metadata: format_version is {}; this version of Lodestone reads {}", describe(version),
                     format_version);
  }
  const std::string_view found = json->root()["kind"].string;
  if (found != to.kind) return malformed("expected a file of kind {}, found kind {}", quoted(to.kind), quoted(found));
  auto error = read_fields(json->root(), to);
  return error ? error : check_configurations(to);
}

std::pair<std::string, std::string> write_metadata(const Metadata& metadata) {
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
