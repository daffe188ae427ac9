#include "cli/models.hpp"

#include <cstring>

#include "cli/console.hpp"
#include "cli/facts.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

/// All shards, concatenated.
Result<Bytes> read_shards(Host& host, std::string_view path, ByteView bytes) {
  const auto names = model_shards(bytes);
  if (!names) return names.error();
  std::vector<Bytes> shards;
  std::uint64_t size = 0;
  for (const std::string& name : *names) {
    auto shard = host.read(std::string(folder_of(path)) + name);
    if (!shard) return shard.error();
    size += shard->size();
    shards.push_back(std::move(*shard));
  }
  auto all = Bytes::create(size);
  if (!all) return all;
  std::byte* next = all->data();
  for (const Bytes& shard : shards) {
    if (shard.size() > 0) std::memcpy(next, shard.data(), shard.size());
    next += shard.size();
  }
  return all;
}

/// The model file contains these settings itself.
Status check_no_import_options(const Arguments& arguments) {
  for (const Option& option : facts::import_options) {
    if (!arguments.has(option.name)) continue;
    return Error{ErrorCode::invalid_argument,
                 std::string(option.name) + " is only for PyTorch and TensorFlow.js models"};
  }
  return {};
}

}  // namespace

Result<Model> load_model(Host& host, const Arguments& arguments, std::string_view path) {
  const auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  if (model_format(*bytes) == ModelFormat::lodestone) {
    if (auto error = check_no_import_options(arguments)) return *error;
  }
  auto model = import_file(host, path, *bytes, arguments.config<ImportConfig>(facts::import_options));
  if (!model) return in_file(path, model.error());
  return model;
}

Result<Model> import_file(Host& host, std::string_view path, ByteView bytes, const ImportConfig& config) {
  const auto shards = read_shards(host, path, bytes);
  if (!shards) return shards.error();
  return import_model(bytes, *shards, config);
}

}  // namespace lodestone::cli
