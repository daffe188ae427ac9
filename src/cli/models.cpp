#include "cli/models.hpp"

#include <cstring>

#include "cli/console.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Option table[] = {
    {"--hop", "N", Kind::integer, "samples from one frame to the next; 0: a quarter of the FFT size", "0", 0, 65536},
    {"--window-size", "N", Kind::integer, "window length in samples; 0: as long as the FFT", "0", 0, 65536},
    {"--window", "NAME", Kind::choice, "analysis window", "hann", 0, 0,
     "hann|hann-symmetric|sqrt-hann|hamming|blackman|rectangular"},
    {"--framing", "NAME", Kind::choice, "where the frames lie", "centered", 0, 0, "centered|none|lws"},
    {"--rate", "HZ", Kind::number, "sample rate of the training sound", "44100", 1, 768000},
    {"--sequence", "N", Kind::integer, "frames that a prediction looks back on; 0: as the file says, or 40", "0", 0,
     4096},
};

/// All shards, concatenated.
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

/// The model file contains these settings itself.
Status check_no_import_options(const Arguments& arguments) {
  for (const Option& option : table) {
    if (!arguments.has(option.name)) continue;
    return Error{ErrorCode::invalid_argument,
                 std::string(option.name) + " is only for PyTorch and TensorFlow.js models"};
  }
  return {};
}

}  // namespace

std::span<const Option> import_options() { return table; }

ImportConfig import_config(const Arguments& arguments) {
  ImportConfig config;
  config.hop = static_cast<int>(arguments.integer("--hop"));
  config.window_size = static_cast<int>(arguments.integer("--window-size"));
  parse_window(arguments.text("--window"), config.window);
  parse_framing(arguments.text("--framing"), config.framing);
  config.sample_rate = arguments.number("--rate");
  config.sequence = static_cast<int>(arguments.integer("--sequence"));
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
