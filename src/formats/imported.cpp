#include "formats/imported.hpp"

#include <algorithm>
#include <limits>

#include "formats/bytes.hpp"

namespace lodestone {

namespace {

/// Converts to int; a value that is too large stays too large.
int narrow(std::uint64_t value) {
  return static_cast<int>(std::min<std::uint64_t>(value, std::numeric_limits<int>::max()));
}

Status blame_file(const Status& status) {
  if (!status) return {};
  return malformed("the file's network: {}", status->message);
}

}  // namespace

ModelFormat model_format(ByteView bytes) {
  constexpr std::byte protocol{0x80};  // the first byte of a pickle
  // Eight bytes of length, the last of them 0, followed by JSON.
  if (bytes.size() > 8 && bytes[8] == std::byte{'{'} && bytes[7] == std::byte{0}) return ModelFormat::lodestone;
  if (starts_with(bytes, "PK") || (!bytes.empty() && bytes[0] == protocol)) return ModelFormat::pytorch;
  const std::string_view text = as_text(bytes);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{' ? ModelFormat::tfjs : ModelFormat::unknown;
}

Result<Model> imported_model(const ImportConfig& config, std::uint64_t bins, const std::vector<std::uint64_t>& layers,
                             std::uint64_t sequence) {
  Model model;
  model.network.bins = narrow(bins);
  model.network.layers.clear();
  for (const std::uint64_t hidden : layers) model.network.layers.push_back(narrow(hidden));
  if (sequence > 0) model.network.sequence = narrow(sequence);
  if (auto error = blame_file(model.network.check())) return *error;
  model.stft.size = 2 * (model.network.bins - 1);
  model.stft.hop = 1;
  if (auto error = blame_file(model.stft.check())) return *error;

  if (config.sequence > 0) model.network.sequence = config.sequence;
  model.stft.hop = config.hop > 0 ? config.hop : model.stft.size / 4;
  model.stft.window_size = config.window_size;
  model.stft.window = config.window;
  model.stft.framing = config.framing;
  model.stft.sample_rate = config.sample_rate;
  if (auto error = model.network.check()) return *error;
  if (auto error = model.stft.check()) return *error;
  return model;
}

}  // namespace lodestone
