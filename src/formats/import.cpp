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
      "this is no model file; known are Lodestone's safetensors, what torch.save of PyTorch 1.6 or newer wrote and "
      "model.json of TensorFlow.js");
}

}  // namespace lodestone
