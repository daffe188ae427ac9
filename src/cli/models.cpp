#include "cli/models.hpp"

#include <cstring>

#include "cli/console.hpp"
#include "cli/facts.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

/// All shards one behind the other.
Result<Bytes> read_shards(Host& host, std::string_view path, ByteView json) {
  const auto names = tfjs_shards(json);
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

/// The model file says it itself.
Status check_no_import_options(const Arguments& arguments) {
  for (const Option& option : facts::import_options) {
    if (!arguments.has(option.name)) continue;
    return Error{ErrorCode::invalid_argument, std::string(option.name) +
                                                  " is only for models of PyTorch and TensorFlow.js: this file says it "
                                                  "itself"};
  }
  return {};
}

}  // namespace

std::span<const Option> import_options() { return facts::import_options; }

ImportConfig import_config(const Arguments& arguments) {
  ImportConfig config;
  arguments.fill(facts::import_options, config);
  return config;
}

Result<Model> load_model(Host& host, const Arguments& arguments, std::string_view path) {
  const auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  const ModelFormat format = model_format(*bytes);
  if (format == ModelFormat::pytorch || format == ModelFormat::tfjs) {
    auto model = import_model(host, path, *bytes, import_config(arguments));
    if (!model) return in_file(path, model.error());
    return model;
  }
  if (auto error = check_no_import_options(arguments)) return *error;
  auto model = read_model(*bytes);
  if (!model) return in_file(path, model.error());
  return model;
}

Result<Model> import_model(Host& host, std::string_view path, ByteView bytes, const ImportConfig& config) {
  if (model_format(bytes) == ModelFormat::pytorch) return read_pytorch(bytes, config);
  const auto shards = read_shards(host, path, bytes);
  if (!shards) return shards.error();
  return read_tfjs(bytes, *shards, config);
}

}  // namespace lodestone::cli
