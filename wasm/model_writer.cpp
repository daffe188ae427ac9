/// Writing model files, for modules that learn.

#include <utility>

#include "abi.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Output: the bytes of the model file.
int lodestone_model_write(const Model* model) {
  auto bytes = write_model(*model);
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

}  // extern "C"
