#include "lodestone/fields.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "facts/tables.hpp"

using namespace lodestone;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// The fields of a configuration as numbers, as a binding passes them.
template <class Config>
std::vector<double> numbers_of(const Config& config) {
  std::vector<double> numbers;
  for (const Field& field : fields_of<Config>) numbers.push_back(detail::field_value(&config, field));
  return numbers;
}

/// The error for a single invalid number.
template <class Config>
std::string refusal(std::size_t field, double value) {
  Config config;
  auto numbers = numbers_of(config);
  numbers[field] = value;
  const auto error = read_fields(numbers, config);
  return error ? error->message : "none";
}

}  // namespace

TEMPLATE_TEST_CASE("Configurations survive conversion to numbers and back", "", StftConfig, CorpusConfig, TrainerConfig,
                   PhaseStage, PhaseConfig, DreamConfig, PlayerConfig, AnalyserConfig, ImportConfig) {
  const std::size_t count = fields_of<TestType>.size();
  for (const bool upper : {false, true}) {
    std::vector<double> numbers;
    for (const Field& field : fields_of<TestType>) {
      numbers.push_back(std::clamp(upper ? field.high : field.low, -1e9, 4e9));
      if (field.kind == Field::Kind::integer) numbers.back() = std::min(numbers.back(), 2e9);
    }
    TestType config;
    REQUIRE(!read_fields(numbers, config));
    for (std::size_t i = 0; i < count; ++i) {
      INFO(fields_of<TestType>[i].name);
      CHECK(numbers_of(config)[i] == numbers[i]);
    }
  }
  TestType config;
  CHECK(!check_fields(config));
  std::vector<double> more(count + 1);
  CHECK(read_fields(more, config));
  CHECK(read_fields(std::span(more).first(count - 1), config));
}

TEMPLATE_TEST_CASE("A number outside a field's range is refused, naming the field", "", StftConfig, CorpusConfig,
                   TrainerConfig, PhaseStage, PhaseConfig, DreamConfig, PlayerConfig, AnalyserConfig, ImportConfig) {
  for (std::size_t i = 0; i < fields_of<TestType>.size(); ++i) {
    const Field& field = fields_of<TestType>[i];
    for (const double value :
         {-inf, inf, std::nan(""), std::nextafter(field.low, -inf), std::nextafter(field.high, inf)}) {
      INFO(field.name << " " << value);
      CHECK(refusal<TestType>(i, value).starts_with(std::string(field.name) + " is "));
    }
  }
}

TEST_CASE("Enumerators are found by exactly their own name") {
  Window window{};
  CHECK(parse_enumerator("sqrt-hann", window));
  CHECK(window == Window::sqrt_hann);
  CHECK(enumerator_name(Window::hann_symmetric) == "hann-symmetric");
  CHECK(!parse_enumerator("sqrt_hann", window));
  CHECK(!parse_enumerator("", window));
}

TEST_CASE("Every setting of a training preset is a field, within its range") {
  for (const TrainingPreset& preset : kTrainingPresets) {
    StftConfig stft;
    CorpusConfig corpus;
    TrainerConfig trainer;
    for (const auto& [name, value] : preset.settings) {
      if (name.empty()) continue;
      INFO(preset.name << " " << name);
      CHECK((set_field(stft, name, value) || set_field(corpus, name, value) || set_field(trainer, name, value)));
    }
    CHECK(!check_fields(stft));
    CHECK(!check_fields(corpus));
    CHECK(!check_fields(trainer));
  }
}
