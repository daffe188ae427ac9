#include "formats/metadata.hpp"

#include <climits>
#include <cmath>
#include <limits>

#include "facts/tables.hpp"
#include "formats/bytes.hpp"
#include "formats/json.hpp"

namespace lodestone {

namespace {

using Kind = JsonValue::Kind;

constexpr std::string_view model_key = "lodestone";
/// Files of models with groups have version 2, so that earlier versions of Lodestone refuse them.
constexpr std::uint64_t format_version = 2;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();  // null in JSON, which has no NaN
constexpr double largest_whole = 0x1p53;  // doubles, and so JavaScript, represent all integers up to here

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

/// A value as text, or "missing" for null.
std::string describe(const JsonValue* value) {
  if (!value) return "missing";
  if (value->kind == Kind::string) return sentence("{}", quoted(value->string));
  if (value->kind == Kind::number) return number_text(value->number);
  if (value->kind == Kind::boolean) return value->number != 0 ? "true" : "false";
  return value->kind == Kind::object ? "an object" : value->kind == Kind::array ? "a list" : "null";
}

Error refuse(const JsonValue& object, std::string_view section, std::string_view name, std::string_view expected) {
  return malformed("metadata: {}{}{} is {}; allowed: {}", section, section.empty() ? "" : ".", name,
                   describe(object.find(name)), expected);
}

/// Sets all fields of a configuration except lists.
Status read_configuration(const JsonValue& root, std::string_view section, void* config, Fields fields) {
  const JsonValue& object = root[section];
  for (const Field& field : fields) {
    const JsonValue& value = object[field.name];
    const bool is_choice = field.kind == Field::Kind::choice, is_integer = field.kind == Field::Kind::integer;
    int whole = 0;
    const bool fits = is_choice    ? detail::parse_name(value.string, field.names, whole)
                      : is_integer ? read_int(value, whole)
                                   : value.kind == Kind::number;
    if (!fits) {
      return refuse(object, section, field.name,
                    is_choice    ? listed(field.names)
                    : is_integer ? "a 32-bit integer"
                                 : "a number");
    }
    detail::set_field(config, field, is_choice ? whole : value.number);
  }
  return {};
}

Status read_network(const JsonValue& root, const Metadata& to) {
  constexpr std::string_view losses = "a list of numbers or null";
  if (auto error = read_configuration(root, "network", to.network, fields_of<NetworkConfig>)) return error;
  const JsonValue& network = root["network"];
  if (!read_list(network["layers"], read_int, to.network->layers)) {
    return refuse(network, "network", "layers", "a list of 32-bit integers");
  }
  if (network.find("group") && !read_int(network["group"], to.network->group)) {
    return refuse(network, "network", "group", "a 32-bit integer");
  }
  if (!read_list(root["losses"], read_loss, *to.losses)) return refuse(root, {}, "losses", losses);
  if (!read_list(root["validation_losses"], read_loss, *to.validation_losses)) {
    return refuse(root, {}, "validation_losses", losses);
  }
  return {};
}

Status read_values(const JsonValue& root, const Metadata& to) {
  if (auto error = read_configuration(root, "stft", &to.stft, fields_of<StftConfig>)) return error;
  if (to.network) return read_network(root, to);
  if (read_whole(root["samples"], 0, largest_whole, *to.samples)) return {};
  return refuse(root, {}, "samples", "a whole number from 0 to 2^53");
}

/// Integers in a checked configuration are never negative.
void write_field(JsonWriter& writer, const void* config, const Field& field) {
  const double value = detail::field_value(config, field);
  writer.key(field.name);
  if (field.kind == Field::Kind::choice) return writer.string(field.names[static_cast<std::size_t>(value)]);
  if (field.kind == Field::Kind::integer) return writer.integer(static_cast<std::uint64_t>(value));
  writer.number(value);
}

void write_losses(JsonWriter& writer, std::string_view name, const std::vector<float>& losses) {
  writer.key(name);
  writer.open('[');
  for (const float loss : losses) writer.number(loss);
  writer.close(']');
}

void write_network(JsonWriter& writer, const NetworkConfig& network) {
  writer.key("network");
  writer.open('{');
  for (const Field& field : fields_of<NetworkConfig>) {
    write_field(writer, &network, field);
    if (field.name != "bins") continue;
    writer.key("layers");
    writer.open('[');
    for (const int hidden : network.layers) writer.integer(static_cast<std::uint64_t>(hidden));
    writer.close(']');
  }
  if (network.group > 1) {
    writer.key("group");
    writer.integer(static_cast<std::uint64_t>(network.group));
  }
  writer.close('}');
}

Status check_configurations(const Metadata& metadata) {
  if (auto error = metadata.stft.check()) return malformed("metadata: stft: {}", error->message);
  if (!metadata.network) return {};
  if (auto error = metadata.network->check()) return malformed("metadata: network: {}", error->message);
  const int bins = metadata.stft.bins();
  if (metadata.network->bins == bins) return {};
  return malformed("metadata: network.bins is {}; expected {}, because stft.size is {}", metadata.network->bins, bins,
                   metadata.stft.size);
}

}  // namespace

Status read_metadata(const Safetensors& file, const Metadata& to) {
  const std::string* text = file.find_metadata(model_key);
  if (!text) return malformed("this safetensors file is not Lodestone's: its metadata has no entry \"lodestone\"");
  const auto json = Json::read("metadata", *text);
  if (!json) return json.error();
  const JsonValue* version = json->root().find("format_version");
  if (!version || !version->has_integer || version->integer < 1 || version->integer > format_version) {
    return malformed("metadata: format_version is {}; this version of Lodestone reads 1 to {}", describe(version),
                     format_version);
  }
  const std::string_view found = json->root()["kind"].string;
  if (found != to.kind) return malformed("expected a file of kind {}, found kind {}", quoted(to.kind), quoted(found));
  auto error = read_values(json->root(), to);
  return error ? error : check_configurations(to);
}

std::pair<std::string, std::string> write_metadata(const Metadata& metadata) {
  JsonWriter writer;
  writer.open('{');
  writer.key("format_version");
  writer.integer(metadata.network && metadata.network->group > 1 ? format_version : 1);
  writer.key("kind");
  writer.string(metadata.kind);
  writer.key("stft");
  writer.open('{');
  for (const Field& field : fields_of<StftConfig>) write_field(writer, &metadata.stft, field);
  writer.close('}');
  if (metadata.network) {
    write_network(writer, *metadata.network);
    write_losses(writer, "losses", *metadata.losses);
    write_losses(writer, "validation_losses", *metadata.validation_losses);
  } else {
    writer.key("samples");
    writer.integer(*metadata.samples);
  }
  writer.close('}');
  return {std::string(model_key), std::move(writer.text)};
}

}  // namespace lodestone
