#include "lodestone/fields.hpp"

#include "errors/message.hpp"
#include "facts/tables.hpp"

namespace lodestone {
namespace detail {
namespace {

template <class T>
T& at(void* config, const Field& field) {
  return *reinterpret_cast<T*>(static_cast<char*>(config) + field.offset);
}

Status check_field(const Field& field, double value, std::string_view place) {
  if (value >= field.low && value <= field.high) return {};
  return refused("{}{} is {}; allowed: {}", place, field.name, value, field.allowed);
}

}  // namespace

double field_value(const void* config, const Field& field) {
  void* const place = const_cast<void*>(config);  // read only
  switch (field.kind) {
    case Field::Kind::integer:
    case Field::Kind::choice:
      return at<int>(place, field);
    case Field::Kind::seed:
      return at<std::uint32_t>(place, field);
    case Field::Kind::number:
      return at<double>(place, field);
    case Field::Kind::single:
      return static_cast<double>(at<float>(place, field));
    case Field::Kind::flag:
      return at<bool>(place, field) ? 1 : 0;
  }
  return 0;
}

void set_field(void* config, const Field& field, double value) {
  switch (field.kind) {
    case Field::Kind::integer:
    case Field::Kind::choice:
      at<int>(config, field) = static_cast<int>(value);
      break;
    case Field::Kind::seed:
      at<std::uint32_t>(config, field) = static_cast<std::uint32_t>(value);
      break;
    case Field::Kind::number:
      at<double>(config, field) = value;
      break;
    case Field::Kind::single:
      at<float>(config, field) = static_cast<float>(value);
      break;
    case Field::Kind::flag:
      at<bool>(config, field) = value != 0;
      break;
  }
}

Status check_fields(const void* config, Fields fields, std::string_view place) {
  for (const Field& field : fields) {
    if (auto bad = check_field(field, field_value(config, field), place)) return bad;
  }
  return {};
}

Status read_fields(std::span<const double> numbers, void* config, Fields fields) {
  if (numbers.size() != fields.size()) {
    return refused("a configuration has {} numbers; allowed: {}", numbers.size(), fields.size());
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (auto bad = check_field(fields[i], numbers[i], {})) return bad;
    set_field(config, fields[i], numbers[i]);
  }
  return {};
}

bool parse_name(std::string_view name, std::span<const std::string_view> names, int& number) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != name) continue;
    number = static_cast<int>(i);
    return true;
  }
  return false;
}

}  // namespace detail

template <class Config>
Status read_fields(std::span<const double> numbers, Config& config) {
  return detail::read_fields(numbers, &config, fields_of<Config>);
}

template Status read_fields(std::span<const double>, StftConfig&);
template Status read_fields(std::span<const double>, CorpusConfig&);
template Status read_fields(std::span<const double>, TrainerConfig&);
template Status read_fields(std::span<const double>, PhaseStage&);
template Status read_fields(std::span<const double>, PhaseConfig&);
template Status read_fields(std::span<const double>, DreamConfig&);
template Status read_fields(std::span<const double>, PlayerConfig&);
template Status read_fields(std::span<const double>, AnalyserConfig&);
template Status read_fields(std::span<const double>, ImportConfig&);
template Status read_fields(std::span<const double>, ExamplesConfig&);
template Status read_fields(std::span<const double>, MappingConfig&);

}  // namespace lodestone
