#include <algorithm>
#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/map_evaluation.hpp"
#include "cli/text.hpp"
#include "formats/csv.hpp"
#include "lodestone/mapping_file.hpp"

namespace lodestone::cli {
namespace {

constexpr std::string_view kinds = "kernel|mlp|linear|nearest|gesture";

constexpr Option column_options[] = {
    {"--targets", "NAME,NAME", Kind::file, "the columns of the outputs"},
    {"--label", "NAME", Kind::file, "the column of the labels"},
};

constexpr Option train_options[] = {
    {"--output", "FILE", Kind::file, "the mapping, as safetensors"},
    {"--model", "NAME", Kind::choice,
     "how the columns are learned: outputs by kernel, mlp or linear, labels by nearest or gesture", "", 0, 0, kinds},
};

constexpr Option run_options[] = {
    {"--output", "FILE", Kind::file, "the results, as comma-separated values"},
};

std::string_view as_text(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Result<CsvColumns> columns_of(const Arguments& arguments) {
  CsvColumns columns;
  if (arguments.has("--targets")) {
    for (const std::string_view name : split(arguments.text("--targets"), ',')) columns.targets.emplace_back(name);
  }
  columns.label = arguments.text("--label");
  if (!columns.targets.empty() || !columns.label.empty()) return columns;
  return Error{ErrorCode::invalid_argument, "--targets or --label is missing: the columns to learn"};
}

Result<Examples> load_examples(const Arguments& arguments, Host& host) {
  const std::string_view path = arguments.files()[0];
  const auto columns = columns_of(arguments);
  if (!columns) return columns.error();
  const auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  auto examples = read_examples_csv(as_text(*bytes), *columns);
  if (!examples) return in_file(path, examples.error());
  return examples;
}

Result<MappingFile> load_mapping(std::string_view path, Host& host) {
  const auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  auto file = read_mapping(*bytes);
  if (!file) return in_file(path, file.error());
  return file;
}

MappingSettings settings_of(const Arguments& arguments) {
  MappingSettings settings;
  settings.config = arguments.config(facts::mapping_options, MappingConfig{});
  settings.config.layers = arguments.integers("--layers");
  return settings;
}

void add_reports(Report& report, const MappingModel& model) {
  if (model.names().outputs.empty()) return;
  auto& table = report.table("outputs", {"output", "low", "high", "error", "rows", "rows used"});
  for (std::size_t o = 0; o < model.names().outputs.size(); ++o) {
    const auto& [name, low, high] = model.names().outputs[o];
    const auto& [error, rows, used] = model.reports()[o];
    table.rows.push_back({name, low, high, error, rows, used});
  }
}

int map_train(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const std::string_view output = arguments.text("--output");
  if (auto error = check_output(host, output, arguments.files())) return console.fail(*error);
  const auto examples = load_examples(arguments, host);
  if (!examples) return console.fail(examples.error());
  MappingSettings settings = settings_of(arguments);
  const std::string_view kind = arguments.text("--model");
  parse_enumerator(kind, settings.config.model);
  parse_enumerator(kind, settings.config.recognition);

  Progress progress(host, "training");
  const auto model = train_mapping(*examples, settings, host, [&](double share) { progress.update(share); });
  progress.clear();
  if (!model) return console.fail(model.error());
  const auto bytes = write_mapping(*examples, &*model);
  if (!bytes) return console.fail(bytes.error());
  if (auto error = host.write(output, *bytes)) return console.fail(*error);
  Report report;
  report.add("output", output);
  report.add("bytes", bytes->size());
  report.add("takes", examples->takes());
  report.add("rows", examples->rows());
  add_reports(report, *model);
  console.result(report);
  return exit_ok;
}

/// A line of results: outputs, then confidences, then the label and its confidence.
std::string result_line(const Mapping& mapping) {
  std::string line;
  const auto field = [&line](const std::string& text) { line += (line.empty() ? "" : ",") + text; };
  for (const float value : mapping.outputs()) field(number_text(static_cast<double>(value), 9));
  for (const float value : mapping.confidences()) field(number_text(static_cast<double>(value), 4));
  if (mapping.labels().empty()) return line + '\n';
  field(mapping.label() < 0 ? "" : csv_field(mapping.labels()[static_cast<std::size_t>(mapping.label())]));
  return line + ',' + number_text(static_cast<double>(mapping.label_confidence()), 4) + '\n';
}

std::string result_names(const Mapping& mapping) {
  std::string line;
  const auto field = [&line](const std::string& text) { line += (line.empty() ? "" : ",") + csv_field(text); };
  for (const MappingOutput& output : mapping.names().outputs) field(output.name);
  for (const MappingOutput& output : mapping.names().outputs) field(output.name + " confidence");
  if (!mapping.labels().empty()) field("label");
  if (!mapping.labels().empty()) field("label confidence");
  return line + '\n';
}

int map_run(const Arguments& arguments, Console& console) {
  Host& host = console.host;
  const std::string_view output = arguments.text("--output"), path = arguments.files()[1];
  if (auto error = check_output(host, output, arguments.files())) return console.fail(*error);
  auto file = load_mapping(arguments.files()[0], host);
  if (!file) return console.fail(file.error());
  if (!file->model) return console.fail({ErrorCode::invalid_data, "the mapping has takes, but no model"});
  const auto bytes = host.read(path);
  if (!bytes) return console.fail(bytes.error());
  const auto inputs = read_inputs_csv(as_text(*bytes), file->examples.names().inputs);
  if (!inputs) return console.fail(in_file(path, inputs.error()));
  auto mapping = Mapping::create(std::move(*file->model), false);
  if (!mapping) return console.fail(mapping.error());

  std::string text = result_names(*mapping);
  for (std::size_t r = 0; r < inputs->rows(); ++r) {
    mapping->run(inputs->row(r));
    text += result_line(*mapping);
  }
  if (auto error = host.write(output, std::as_bytes(std::span(text)))) return console.fail(*error);
  Report report;
  report.add("output", output);
  report.add("rows", inputs->rows());
  console.result(report);
  return exit_ok;
}

int map_evaluate(const Arguments& arguments, Console& console) {
  const auto examples = load_examples(arguments, console.host);
  if (!examples) return console.fail(examples.error());
  Report report;
  report.add("takes", examples->takes());
  report.add("rows", examples->rows());
  if (auto error = evaluate_models(*examples, settings_of(arguments), console.host, report))
    return console.fail(*error);
  console.result(report);
  return exit_ok;
}

int map_info(const Arguments& arguments, Console& console) {
  const auto file = load_mapping(arguments.files()[0], console.host);
  if (!file) return console.fail(file.error());
  const Examples& examples = file->examples;
  const auto joined = [](const auto& names, auto name_of) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name_of(name);
    return text;
  };
  const auto itself = [](const std::string& name) { return name; };
  Report report;
  report.add("kind", "mapping");
  report.add("inputs", joined(examples.names().inputs, itself));
  report.add("outputs", joined(examples.names().outputs, [](const MappingOutput& output) { return output.name; }));
  report.add("labels", joined(examples.labels(), itself));
  report.add("takes", examples.takes());
  report.add("rows", examples.rows());
  report.add("trained", file->model.has_value());
  if (file->model) {
    report.add("model", enumerator_name(file->model->settings().config.model));
    if (!file->model->labels().empty()) {
      report.add("recognition", enumerator_name(file->model->settings().config.recognition));
    }
    add_reports(report, *file->model);
  }
  console.result(report);
  return exit_ok;
}

}  // namespace

Command map_train_command() {
  return {
      "map train",
      "EXAMPLES.csv -o MAP.safetensors",
      "learn to map inputs to outputs or labels from examples",
      "Reads rows of comma-separated values with a line of names first. The columns of --targets are outputs, that of "
      "--label holds labels; a column take says which rows were recorded together, a column weight how much a take "
      "counts; all others are inputs. Errors are by leave-one-out (mlp: of the tenth that is held out), as shares of "
      "the outputs' ranges.",
      1,
      1,
      {{"Files", train_options}, {"Columns", column_options}, {"Learning", facts::mapping_options}, common_options()},
      map_train};
}

Command map_run_command() {
  return {"map run",
          "MAP.safetensors INPUTS.csv -o OUT.csv",
          "map rows of inputs to outputs",
          "Writes a row for each row of inputs: the outputs, how far each can be relied on (0 to 1), and the label.",
          2,
          2,
          {{"Files", run_options}, common_options()},
          map_run};
}

Command map_evaluate_command() {
  return {
      "map evaluate",
      "EXAMPLES.csv",
      "compare the models on examples that they have not seen",
      "Splits the takes, or the rows if there are fewer than ten takes, into five parts, and learns five times from "
      "four of them. The table has the root mean square errors on the fifth as shares of the outputs' ranges, and "
      "the share of labels that are recognised.",
      1,
      1,
      {{"Columns", column_options}, {"Learning", facts::mapping_options}, common_options()},
      map_evaluate};
}

Command map_info_command() {
  return {"map info",
          "MAP.safetensors",
          "describe a mapping",
          "Shows the inputs, outputs and takes of a mapping, and how well each output was learned.",
          1,
          1,
          {common_options()},
          map_info};
}

}  // namespace lodestone::cli
