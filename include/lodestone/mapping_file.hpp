#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/mapping.hpp"
#include "lodestone/tensor.hpp"

namespace lodestone {

/// What a mapping file holds.
struct MappingFile {
  Examples examples;
  std::optional<MappingModel> model;
};

/// The mapping file: safetensors with the takes, the standardisation and the models, and a JSON string under the
/// metadata key `lodestone`: `{"format_version": 1, "kind": "mapping", "inputs": […], "outputs": […], …}`. A model that
/// is written and read back gives bit-identical results. `model` must be of the names of `examples`.
Result<Bytes> write_mapping(const Examples& examples, const MappingModel* model = nullptr);
/// `expected`: refuses, by name, a file with other inputs or outputs.
Result<MappingFile> read_mapping(ByteView bytes, const MappingNames* expected = nullptr);

/// What the columns of a table of examples are. All others are inputs; a column `take` says which rows belong together
/// (without it, neighbours with the same label), a column `weight` how much a take counts (its first row says so).
struct CsvColumns {
  std::vector<std::string> targets;
  std::string label;  ///< the column with labels; empty: none
};

/// Reads comma-separated values with a line of names first. An empty field or `nan` is a missing value. The range of an
/// output is 0 to 1 or, if a value lies outside, that of its values. Without targets, rows without a label are left
/// out. Errors name line and column.
Result<Examples> read_examples_csv(std::string_view text, const CsvColumns& columns);
/// With the columns take, weight, inputs, outputs and, if there are labels, label.
std::string write_examples_csv(const Examples& examples);

/// Rows of these inputs, by the names of the columns; other columns are ignored.
Result<Array2<float>> read_inputs_csv(std::string_view text, std::span<const std::string> inputs);

}  // namespace lodestone
