#pragma once

#include <string>
#include <vector>

#include "lodestone/formats.hpp"

/// Imports models that were trained elsewhere: MAGNet's network (BatchNorm → LSTM layers → Dense) from PyTorch and
/// TensorFlow.js files. Nothing in a file is ever executed, and anything that the network does not support is refused
/// by name. As in formats.hpp, input is not trusted and errors have the code invalid_data.
namespace lodestone {

/// Settings that such files do not contain. The FFT size follows from the number of bins.
struct ImportConfig {
  int hop = 0;          ///< samples from one frame to the next, 1 .. window length; 0: a quarter of the FFT size
  int window_size = 0;  ///< as in StftConfig
  Window window = Window::hann;
  Framing framing = Framing::centered;
  double sample_rate = 44100;  ///< in Hz, 1 .. 768000
  int sequence = 0;            ///< frames that a prediction looks back on, 1 .. 4096; 0: as the file says, or 40
};

/// The program that wrote a model file, judging by its content.
enum class ModelFormat {
  unknown,
  lodestone,  ///< safetensors: read_model
  pytorch,    ///< a zip archive with a pickle in it, or a bare pickle: read_pytorch
  tfjs,       ///< the JSON text model.json: read_tfjs
};
ModelFormat model_format(ByteView bytes);

/// A state_dict saved by `torch.save` (PyTorch 1.6 or newer), or a checkpoint that contains one: tensors batch_norm.…,
/// lstm.… and fc.…, in float16, float32 or float64; a common prefix (`module.`) is removed. BatchNorm's eps, which the
/// file does not contain, must be PyTorch's default 1e-5. The model has no impulses.
Result<Model> read_pytorch(ByteView bytes, const ImportConfig& config);

/// The weight files listed in model.json, in order. Refused if one is not a plain file name.
Result<std::vector<std::string>> tfjs_shards(ByteView json);
/// A sequential layers model of BatchNormalization, one to four LSTM, Dense and optionally a linear Activation.
/// `weights`: all shards concatenated; float32, float16 or quantised. The model has no impulses.
Result<Model> read_tfjs(ByteView json, ByteView weights, const ImportConfig& config);

}  // namespace lodestone
