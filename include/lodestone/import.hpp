#pragma once

#include <string>
#include <vector>

#include "lodestone/facts/import.hpp"
#include "lodestone/formats.hpp"

/// Models that other programs trained: MAGNet's network (BatchNorm → LSTM layers → Dense) in files of PyTorch and of
/// TensorFlow.js. Nothing in a file is ever executed; what the network does not have is refused by name. As in
/// formats.hpp, bytes are hostile and errors have the code invalid_data.
namespace lodestone {

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
