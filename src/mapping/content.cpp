#include "mapping/content.hpp"

#include <algorithm>

#include "errors/message.hpp"
#include "facts/fields.hpp"
#include "facts/tables.hpp"
#include "lodestone/fields.hpp"

namespace lodestone {

namespace {

constexpr std::size_t most_parts = 512;

void archive_config(Archive& archive, MappingConfig& config) {
  std::vector<double> numbers;
  for (const Field& field : fields_of<MappingConfig>) {
    numbers.push_back(detail::field_value(&config, field));
    archive.number(field.name, numbers.back());
  }
  std::vector<std::uint32_t> layers(config.layers.begin(), config.layers.end());
  archive.integers("hidden", layers);
  if (!archive.reading()) return;
  config.layers.assign(layers.begin(), layers.end());
  if (auto bad = read_fields(numbers, config); bad && !archive.failure) archive.failure = malformed("{}", bad->message);
}

/// For each output: the model, the number of its inputs, and these.
void archive_choices(Archive& archive, std::vector<OutputChoice>& choices) {
  std::vector<std::uint32_t> numbers;
  for (const auto& [model, inputs] : choices) {
    numbers.push_back(static_cast<std::uint32_t>(model));
    numbers.push_back(static_cast<std::uint32_t>(inputs.size()));
    numbers.insert(numbers.end(), inputs.begin(), inputs.end());
  }
  archive.integers("choices", numbers);
  if (!archive.reading()) return;
  choices.clear();
  for (std::span<const std::uint32_t> rest = numbers; rest.size() >= 2;) {
    const std::size_t count = std::min<std::size_t>(rest[1], rest.size() - 2);
    choices.push_back(
        {static_cast<Regression>(rest[0]), {rest.begin() + 2, rest.begin() + 2 + static_cast<std::ptrdiff_t>(count)}});
    rest = rest.subspan(2 + count);
  }
}

void archive_reports(Archive& archive, std::vector<OutputReport>& reports) {
  std::vector<double> numbers;
  for (const auto& [error, rows, used] : reports) {
    numbers.insert(numbers.end(), {error, static_cast<double>(rows), static_cast<double>(used)});
  }
  archive.doubles("reports", numbers);
  if (!archive.reading()) return;
  reports.clear();
  const auto count = [](double number) { return number >= 0 && number < 1e9 ? static_cast<std::size_t>(number) : 0; };
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3) {
    reports.push_back({numbers[i], count(numbers[i + 1]), count(numbers[i + 2])});
  }
}

void archive_parts(Archive& archive, std::vector<std::unique_ptr<Part>>& parts) {
  std::vector<std::uint32_t> kinds;
  for (const auto& part : parts) kinds.push_back(static_cast<std::uint32_t>(part->kind()));
  archive.integers("parts", kinds);
  if (archive.reading()) {
    parts.clear();
    for (const std::uint32_t kind : kinds) {
      if (kind > static_cast<std::uint32_t>(PartKind::gesture) || parts.size() == most_parts) {
        archive.failure = malformed("the mapping has a model of the unknown kind {}", kind);
        return;
      }
      parts.push_back(make_part(static_cast<PartKind>(kind)));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    archive.prefix = sentence("part{}.", i);
    parts[i]->archive(archive);
  }
  archive.prefix.clear();
}

}  // namespace

void archive_names(Archive& archive, MappingNames& names) {
  archive.texts("inputs", names.inputs);
  std::vector<std::string> outputs;
  std::vector<double> ranges;
  for (const auto& [name, low, high] : names.outputs) {
    outputs.push_back(name);
    ranges.insert(ranges.end(), {low, high});
  }
  archive.texts("outputs", outputs);
  archive.doubles("ranges", ranges);
  if (!archive.reading()) return;
  ranges.resize(2 * outputs.size());
  names.outputs.clear();
  for (std::size_t o = 0; o < outputs.size(); ++o)
    names.outputs.push_back({outputs[o], ranges[2 * o], ranges[2 * o + 1]});
}

void MappingModel::Content::archive(Archive& archive) {
  archive_names(archive, names);
  archive.texts("labels", labels);
  archive_config(archive, settings.config);
  archive_choices(archive, settings.outputs);
  standardisation.archive(archive);
  archive_reports(archive, reports);
  archive_parts(archive, parts);
}

Status MappingModel::Content::prepare() {
  if (auto bad = names.check()) return bad;
  if (auto bad = settings.check(names)) return bad;
  if (auto bad = standardisation.check(names.inputs.size())) return bad;
  if (reports.size() != names.outputs.size()) {
    return malformed("the mapping has reports of {} outputs; expected {}", reports.size(), names.outputs.size());
  }
  for (const auto& part : parts) {
    if (auto bad = part->prepare(shape())) return bad;
  }
  return {};
}

}  // namespace lodestone
