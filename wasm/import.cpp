/// Models of other programs become Lodestone's model files: a module of its own, which pages load only when they need
/// it; js/model/import.js has the other side. An instance serves one import and is then thrown away, so that nothing is
/// freed.
///
/// Functions that return `int` give 0 or an ErrorCode; the output is then what was asked for or the error's message.
/// Files lie in memory from `lodestone_import_alloc`. Enumerations are the numbers of the C++ enumerators.

#include "lodestone/import.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "errors/message.hpp"
#include "facts/tables.hpp"

using namespace lodestone;

namespace {

Bytes file;
std::string text;
ByteView output;

int give_text(std::string new_text, int status) {
  text = std::move(new_text);
  output = {reinterpret_cast<const std::byte*>(text.data()), text.size()};
  return status;
}

int fail(const Error& error) { return give_text(error.message, static_cast<int>(error.code)); }

Result<Model> import(ByteView bytes, ByteView shards, const ImportConfig& config) {
  switch (model_format(bytes)) {
    case ModelFormat::pytorch:
      return read_pytorch(bytes, config);
    case ModelFormat::tfjs:
      return read_tfjs(bytes, shards, config);
    case ModelFormat::lodestone:
      return read_model(bytes);
    case ModelFormat::unknown:
      break;
  }
  return malformed(
      "this is no model file; known are Lodestone's safetensors, what torch.save of PyTorch 1.6 or newer wrote and "
      "model.json of TensorFlow.js");
}

}  // namespace

extern "C" {

/// Room for a file, or null.
std::byte* lodestone_import_alloc(std::size_t size) {
  return static_cast<std::byte*>(detail::take_bytes((size / 64 + 1) * 64));
}

const std::byte* lodestone_import_output() { return output.data(); }
std::size_t lodestone_import_output_size() { return output.size(); }

/// Gives the names of the files that belong to a model.json, separated by `/`; none for other files.
int lodestone_import_shards(const std::byte* bytes, std::size_t size) {
  if (model_format({bytes, size}) != ModelFormat::tfjs) return give_text({}, 0);
  const auto names = tfjs_shards({bytes, size});
  if (!names) return fail(names.error());
  std::string list;
  for (const std::string& name : *names) list.append(list.empty() ? "" : "/").append(name);
  return give_text(std::move(list), 0);
}

/// Gives the model file. `shards` are those of a model.json one behind the other.
int lodestone_import_model(const std::byte* bytes, std::size_t size, const std::byte* shards, std::size_t shards_size,
                           const double* numbers, std::size_t count) {
  ImportConfig config;
  if (const auto bad = read_fields({numbers, count}, config)) return fail(*bad);
  const auto model = import({bytes, size}, {shards, shards_size}, config);
  if (!model) return fail(model.error());
  auto written = write_model(*model);
  if (!written) return fail(written.error());
  file = std::move(*written);
  output = file;
  return 0;
}

}  // extern "C"
