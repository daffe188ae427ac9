#pragma once

#include <string>
#include <vector>

#include "lodestone/formats.hpp"

/// Models that other programs trained: MAGNet's network (BatchNorm → LSTM layers → Dense) in files of PyTorch and of
/// TensorFlow.js. Nothing in a file is ever executed; what the network does not have is refused by name. As in
/// formats.hpp, bytes are hostile and errors have the code invalid_data.
namespace lodestone {

/// What such files do not say. The FFT size follows from the network's bins.
struct ImportConfig {
  int hop = 0;          ///< samples from one frame to the next, 1 .. window length; 0: a quarter of the FFT size
  int window_size = 0;  ///< as in StftConfig
  Window window = Window::hann;
  Framing framing = Framing::centered;
  double sample_rate = 44100;  ///< in Hz, 1 .. 768000
  int sequence = 0;            ///< frames that a prediction looks back on, 1 .. 4096; 0: as the file says, or 40
};

/// Who wrote a model file, by its content.
enum class ModelFormat {
  unknown,
  lodestone,  ///< safetensors: read_model
  pytorch,    ///< a zip archive with a pickle in it, or a bare pickle: read_pytorch
  tfjs,       ///< the JSON text model.json: read_tfjs
};
ModelFormat model_format(ByteView bytes);

/// A state_dict that `torch.save` wrote (PyTorch 1.6 or newer), or a checkpoint with one in it: tensors batch_norm.…,
/// lstm.… and fc.…, alike prefixes before these names (`module.`) taken off; float16, float32 or float64. BatchNorm's
/// eps, which is not in the file, must have been PyTorch's 1e-5. The model has no impulses.
Result<Model> read_pytorch(ByteView bytes, const ImportConfig& config);

/// The files beside model.json that hold its weights, in their order. Refused where one is no plain file name.
Result<std::vector<std::string>> tfjs_shards(ByteView json);
/// A sequential layers model of BatchNormalization, one to four LSTM, Dense and perhaps a linear Activation;
/// `weights` are all shards one behind the other: float32, float16 or quantised. The model has no impulses.
Result<Model> read_tfjs(ByteView json, ByteView weights, const ImportConfig& config);

}  // namespace lodestone
