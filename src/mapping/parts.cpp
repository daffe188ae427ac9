#include "mapping/gesture.hpp"
#include "mapping/kernel_part.hpp"
#include "mapping/linear.hpp"
#include "mapping/mlp.hpp"
#include "mapping/nearest.hpp"
#include "mapping/part.hpp"

namespace lodestone {

std::unique_ptr<Part> make_part(PartKind kind) {
  switch (kind) {
    case PartKind::kernel:
      return std::make_unique<KernelPart>();
    case PartKind::mlp:
      return std::make_unique<MlpPart>();
    case PartKind::linear:
      return std::make_unique<LinearPart>();
    case PartKind::nearest:
      return make_nearest_part();
    case PartKind::gesture:
      return make_gesture_part();
  }
  return nullptr;
}

}  // namespace lodestone
