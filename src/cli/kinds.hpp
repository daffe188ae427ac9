#pragma once

#include <string_view>

#include "lodestone/formats.hpp"

namespace lodestone::cli {

/// What a file turns out to be, by its content.
enum class FileKind {
  model,
  foreign_model,  ///< of PyTorch or TensorFlow.js
  spectrum,
  magnet_vectors,  ///< reference outputs of PyTorch for the network
  import_vectors,  ///< predictions of a model from elsewhere, by whom it is from
  stft_vectors,    ///< reference outputs of torch.stft
  lws_vectors,     ///< reference outputs of LWS for one signal, element by element
  lws_signals,     ///< the signals of quality.json
  lws_quality,     ///< quality.json itself
  safetensors,     ///< any other
  npy,
  other,  ///< sound, perhaps
};

std::string_view kind_name(FileKind kind);

/// `file` receives the tensors where it is a safetensors file. An error where it claims to be one and is damaged.
Result<FileKind> file_kind(ByteView bytes, Safetensors& file);

}  // namespace lodestone::cli
