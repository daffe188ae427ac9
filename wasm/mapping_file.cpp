/// Mapping files.

#include "lodestone/mapping_file.hpp"

#include <algorithm>

#include "abi.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Output: the file. `model` may be null.
int lodestone_mapping_file_write(const Examples* examples, const MappingModel* model) {
  auto bytes = write_mapping(*examples, model);
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

/// The file in `lodestone_input`, which must have the names of `expected`.
MappingFile* lodestone_mapping_file_read(std::size_t size, const Examples* expected) {
  const auto bytes = take_input();
  const ByteView view{bytes.data(), std::min(size, bytes.size())};
  return hand_over(read_mapping(view, &expected->names()));
}

void lodestone_mapping_file_destroy(MappingFile* file) { delete file; }

/// The examples of the file, once.
Examples* lodestone_mapping_file_examples(MappingFile* file) { return new Examples(std::move(file->examples)); }

/// The model of the file, once; null if it has none.
MappingModel* lodestone_mapping_file_model(MappingFile* file) {
  return file->model ? new MappingModel(std::move(*file->model)) : nullptr;
}

}  // extern "C"
