#include "lodestone/import.hpp"

#include "errors/message.hpp"

namespace lodestone {

Result<std::vector<std::string>> model_shards(ByteView bytes) {
  if (model_format(bytes) == ModelFormat::tfjs) return tfjs_shards(bytes);
  return std::vector<std::string>{};
}

Result<Model> import_model(ByteView bytes, ByteView shards, const ImportConfig& config) {
  switch (model_format(bytes)) {
    case ModelFormat::lodestone:
      return read_model(bytes);
    case ModelFormat::pytorch:
      return read_pytorch(bytes, config);
    case ModelFormat::tfjs:
      return read_tfjs(bytes, shards, config);
    case ModelFormat::unknown:
      break;
  }
  return malformed(
      "this is not a model file; supported: Lodestone's safetensors, files from torch.save (PyTorch 1.6 or newer) and "
      "TensorFlow.js's model.json");
}

}  // namespace lodestone
