/// Writing model files, for modules that learn.

#include <utility>

#include "models.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Output: the bytes of the model file; if `folded` is not 0, without components.
int lodestone_model_write(const OwnedModel* model, int folded) {
  auto changed = folded ? model->view().folded() : Model{};
  if (!changed) return fail(changed.error());
  auto bytes = write_model(folded ? ModelView(*changed) : model->view());
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

}  // extern "C"
