#pragma once

#include <string>
#include <vector>

#include "lodestone/facts/import.hpp"
#include "lodestone/formats.hpp"

/// Imports models that were trained elsewhere: MAGNet's network (BatchNorm → LSTM layers → Dense) from PyTorch and
/// TensorFlow.js files. Nothing in a file is ever executed. Anything that the network does not support is refused, and
/// the message names it. As in formats.hpp, input is not trusted and errors have the code invalid_data.
namespace lodestone {

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

/// The files that hold the rest of a model: those listed in model.json; none for other formats.
Result<std::vector<std::string>> model_shards(ByteView bytes);
/// Reads a model of any format. `shards`: those files, concatenated. Lodestone's own files do not need `config`.
Result<Model> import_model(ByteView bytes, ByteView shards, const ImportConfig& config);

}  // namespace lodestone
