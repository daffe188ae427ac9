#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/message.hpp"
#include "formats/csv.hpp"
#include "formats/json.hpp"
#include "lodestone/mapping_file.hpp"

namespace lodestone {

namespace {

constexpr std::string_view take_column = "take", weight_column = "weight";

/// Which column is what.
struct Roles {
  std::vector<std::size_t> inputs, targets;
  std::size_t take, weight, label;  ///< the number of columns: there is none
};

Result<Roles> roles_of(const Csv& csv, const CsvColumns& columns) {
  const std::size_t none = csv.names().size();
  Roles roles{{}, {}, csv.find(take_column), csv.find(weight_column), none};
  for (const std::string& target : columns.targets) {
    const auto column = csv.column(target);
    if (!column) return column.error();
    roles.targets.push_back(*column);
  }
  if (!columns.label.empty()) {
    const auto column = csv.column(columns.label);
    if (!column) return column.error();
    roles.label = *column;
  }
  for (std::size_t c = 0; c < none; ++c) {
    const bool is_target = std::find(roles.targets.begin(), roles.targets.end(), c) != roles.targets.end();
    if (!is_target && c != roles.take && c != roles.weight && c != roles.label) roles.inputs.push_back(c);
  }
  return roles;
}

Result<Array2<float>> numbers(const Csv& csv, std::size_t first, std::size_t rows,
                              const std::vector<std::size_t>& columns) {
  auto table = Array2<float>::create(columns.empty() ? 0 : rows, columns.size());
  if (!table) return table;
  for (std::size_t r = 0; r < table->rows(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto value = csv.number(first + r, columns[c]);
      if (!value) return value.error();
      (*table)(r, c) = *value;
    }
  }
  return table;
}

/// 0 to 1 or, if a value lies outside, from the least to the greatest.
MappingOutput output_of(const std::string& name, const Array2<float>& targets, std::size_t column) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t r = 0; r < targets.rows(); ++r) {
    const auto value = static_cast<double>(targets(r, column));
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low >= 0 && high <= 1) return {name, 0, 1};
  if (low == high) return {name, low, low + 1};
  return low < high ? MappingOutput{name, low, high} : MappingOutput{name, 0, 1};
}

bool same_take(const Csv& csv, const Roles& roles, std::size_t a, std::size_t b) {
  const std::size_t none = csv.names().size();
  if (roles.label < none && csv.text(a, roles.label) != csv.text(b, roles.label)) return false;
  return roles.take == none || csv.text(a, roles.take) == csv.text(b, roles.take);
}

Status add_take(const Csv& csv, const Roles& roles, std::size_t first, std::size_t rows, Examples& examples) {
  auto inputs = numbers(csv, first, rows, roles.inputs);
  auto targets = numbers(csv, first, rows, roles.targets);
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  Take take{std::move(*inputs), std::move(*targets)};
  const std::size_t none = csv.names().size();
  if (roles.label < none && !csv.text(first, roles.label).empty()) {
    const auto label = examples.label(csv.text(first, roles.label));
    if (!label) return label.error();
    take.label = *label;
  }
  if (roles.weight < none) {
    const auto weight = csv.number(first, roles.weight);
    if (!weight) return weight.error();
    take.weight = *weight;
  }
  const auto added = examples.add(std::move(take));
  if (!added) return malformed("the take from row {}: {}", first + 1, added.error().message);
  return {};
}

std::string number_field(float value) {
  if (std::isnan(value)) return {};
  JsonWriter writer;
  writer.number(static_cast<double>(value));
  return writer.text;
}

}  // namespace

Result<Examples> read_examples_csv(std::string_view text, const CsvColumns& columns) {
  const auto csv = Csv::read(text);
  if (!csv) return csv.error();
  const auto roles = roles_of(*csv, columns);
  if (!roles) return roles.error();
  const auto targets = numbers(*csv, 0, csv->rows(), roles->targets);
  if (!targets) return targets.error();

  MappingNames names;
  for (const std::size_t column : roles->inputs) names.inputs.push_back(csv->names()[column]);
  for (std::size_t o = 0; o < columns.targets.size(); ++o) {
    names.outputs.push_back(output_of(columns.targets[o], *targets, o));
  }
  ExamplesConfig config;
  config.capacity = static_cast<int>(std::clamp<std::size_t>(csv->rows(), 16384, 1000000));
  auto examples = Examples::create(std::move(names), config);
  if (!examples) return examples.error();
  for (std::size_t first = 0, end = 0; first < csv->rows(); first = end) {
    for (end = first + 1; end < csv->rows() && same_take(*csv, *roles, first, end);) ++end;
    if (columns.targets.empty() && roles->label < csv->names().size() && csv->text(first, roles->label).empty())
      continue;
    if (auto bad = add_take(*csv, *roles, first, end - first, *examples)) return *bad;
  }
  examples->forget();
  return examples;
}

std::string write_examples_csv(const Examples& examples) {
  std::string text = "take,weight";
  for (const std::string& input : examples.names().inputs) text += ',' + csv_field(input);
  for (const MappingOutput& output : examples.names().outputs) text += ',' + csv_field(output.name);
  if (!examples.labels().empty()) text += ",label";
  text += '\n';
  for (std::size_t t = 0; t < examples.takes(); ++t) {
    const Take& take = examples.take(t);
    for (std::size_t r = 0; r < take.inputs.rows(); ++r) {
      append_natural(text, t + 1);
      text += ',' + number_field(examples.weight(t));
      for (const float value : take.inputs.row(r)) text += ',' + number_field(value);
      for (std::size_t o = 0; o < examples.names().outputs.size(); ++o) {
        text += ',';
        if (take.targets.size() > 0) text += number_field(take.targets(r, o));
      }
      if (!examples.labels().empty()) text += ',';
      if (take.label >= 0) text += csv_field(examples.labels()[static_cast<std::size_t>(take.label)]);
      text += '\n';
    }
  }
  return text;
}

Result<Array2<float>> read_inputs_csv(std::string_view text, std::span<const std::string> inputs) {
  const auto csv = Csv::read(text);
  if (!csv) return csv.error();
  std::vector<std::size_t> columns;
  for (const std::string& input : inputs) {
    const auto column = csv->column(input);
    if (!column) return column.error();
    columns.push_back(*column);
  }
  return numbers(*csv, 0, csv->rows(), columns);
}

}  // namespace lodestone
