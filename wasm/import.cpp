/// Converts PyTorch and TensorFlow.js models to Lodestone's model files. A separate module, which pages load only when
/// they need it; js/model/import.js is the other side. An instance is used for one import and then discarded, so
/// nothing is freed.
///
/// Functions that return `int` return 0 or an ErrorCode; the output is then the result or the error's message. Files
/// are in memory from `lodestone_import_alloc`. Enumerations are passed as the numbers of the C++ enumerators.

#include "lodestone/import.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "lodestone/fields.hpp"

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

}  // namespace

extern "C" {

/// Allocates memory for files; null on failure.
std::byte* lodestone_import_alloc(std::size_t size) {
  return static_cast<std::byte*>(detail::take_bytes((size / 64 + 1) * 64));
}

const std::byte* lodestone_import_output() { return output.data(); }
std::size_t lodestone_import_output_size() { return output.size(); }

/// Output: the names of the files that belong to a model.json, separated by `/`; empty for other files.
int lodestone_import_shards(const std::byte* bytes, std::size_t size) {
  const auto names = model_shards({bytes, size});
  if (!names) return fail(names.error());
  std::string list;
  for (const std::string& name : *names) list.append(list.empty() ? "" : "/").append(name);
  return give_text(std::move(list), 0);
}

/// Output: the model file. `shards` are those of a model.json, concatenated.
int lodestone_import_model(const std::byte* bytes, std::size_t size, const std::byte* shards, std::size_t shards_size,
                           const double* numbers, std::size_t count) {
  ImportConfig config;
  if (const auto bad = read_fields({numbers, count}, config)) return fail(*bad);
  const auto model = import_model({bytes, size}, {shards, shards_size}, config);
  if (!model) return fail(model.error());
  auto written = write_model(*model);
  if (!written) return fail(written.error());
  file = std::move(*written);
  output = file;
  return 0;
}

}  // extern "C"
