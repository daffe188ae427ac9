#pragma once

#include <string_view>

#include "lodestone/formats.hpp"

namespace lodestone::cli {

/// The kind of a file, determined by its content.
enum class FileKind {
  model,
  foreign_model,  ///< of PyTorch or TensorFlow.js
  spectrum,
  magnet_vectors,  ///< reference outputs of PyTorch for the network
  import_vectors,  ///< reference predictions of an imported model, by the library that wrote it
  stft_vectors,    ///< reference outputs of torch.stft
  lws_vectors,     ///< reference outputs of LWS for one signal, element by element
  lws_signals,     ///< the signals of quality.json
  lws_quality,     ///< quality.json itself
  safetensors,     ///< any other
  npy,
  other,  ///< possibly sound
};

std::string_view kind_name(FileKind kind);

/// `file` receives the tensors if it is a safetensors file. Fails if that is damaged.
Result<FileKind> file_kind(ByteView bytes, Safetensors& file);

}  // namespace lodestone::cli
