#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"
#include "cli/host.hpp"
#include "lodestone/import.hpp"

namespace lodestone::cli {

/// Reads a model of any supported format. Its shards, if there are any, are read from the same folder. Fails if import
/// options are given for a file that contains these settings itself.
Result<Model> load_model(Host& host, const Arguments& arguments, std::string_view path);

/// The same; `bytes` are the file's.
Result<Model> import_file(Host& host, std::string_view path, ByteView bytes, const ImportConfig& config);

}  // namespace lodestone::cli
