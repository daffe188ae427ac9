#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/host.hpp"
#include "lodestone/import.hpp"

namespace lodestone::cli {

/// The options for what PyTorch and TensorFlow.js files do not say.
std::span<const Option> import_options();
/// Their values.
ImportConfig import_config(const Arguments& arguments);

/// Reads a model of any supported format. The shards of a model.json are read from the same folder. Fails if import
/// options are given for a file that contains these settings itself.
Result<Model> load_model(Host& host, const Arguments& arguments, std::string_view path);

/// Imports a PyTorch or TensorFlow.js model; `bytes` are the file's.
Result<Model> import_model(Host& host, std::string_view path, ByteView bytes, const ImportConfig& config);

}  // namespace lodestone::cli
