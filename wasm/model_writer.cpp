/// Writing model files, for modules that learn.

#include <utility>

#include "models.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Output: the bytes of the model file.
int lodestone_model_write(const OwnedModel* model) {
  auto bytes = write_model(model->view());
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

}  // extern "C"
