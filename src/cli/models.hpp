#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/host.hpp"
#include "lodestone/import.hpp"

namespace lodestone::cli {

/// The options that say what files of PyTorch and TensorFlow.js do not.
std::span<const Option> import_options();
/// Their values.
ImportConfig import_config(const Arguments& arguments);

/// The model in a file, whoever wrote it. The shards that a model.json names are read beside it. Refused where import
/// options are given for a file that says all of it itself.
Result<Model> load_model(Host& host, const Arguments& arguments, std::string_view path);

/// A model that PyTorch or TensorFlow.js wrote; `bytes` are those of the file.
Result<Model> import_model(Host& host, std::string_view path, ByteView bytes, const ImportConfig& config);

}  // namespace lodestone::cli
