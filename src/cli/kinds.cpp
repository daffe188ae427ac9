#include "cli/kinds.hpp"

#include <algorithm>
#include <cstring>

#include "lodestone/import.hpp"

namespace lodestone::cli {
namespace {

bool starts_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

/// Eight bytes of length, followed by JSON.
bool looks_like_safetensors(ByteView bytes) { return bytes.size() > 8 && bytes[8] == std::byte{'{'}; }

bool looks_like_quality(ByteView bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 4096));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[' &&
         text.find("\"consistency_db\"") != std::string_view::npos;
}

FileKind kind_of_tensors(const Safetensors& file) {
  if (file.find_metadata("lodestone")) {
    return file.find("spectrum") || file.find("magnitudes") ? FileKind::spectrum : FileKind::model;
  }
  if (file.find_metadata("lws")) return FileKind::lws_vectors;
  if (file.find("window_starts") && file.find("frames")) return FileKind::magnet_vectors;
  if (file.find("frames") && file.find("predictions")) return FileKind::import_vectors;
  if (file.find("signal") && file.find("magnitudes") && file.find_metadata("n_fft")) return FileKind::stft_vectors;
  if (file.find_metadata("names") && file.find_metadata("rate")) return FileKind::lws_signals;
  return FileKind::safetensors;
}

}  // namespace

std::string_view kind_name(FileKind kind) {
  switch (kind) {
    case FileKind::model:
      return "model";
    case FileKind::foreign_model:
      return "PyTorch or TensorFlow.js model";
    case FileKind::spectrum:
      return "spectrum";
    case FileKind::magnet_vectors:
      return "reference vectors of the network (PyTorch)";
    case FileKind::import_vectors:
      return "reference predictions of an imported model";
    case FileKind::stft_vectors:
      return "reference vectors of the STFT (torch.stft)";
    case FileKind::lws_vectors:
      return "reference vectors of phase reconstruction (LWS)";
    case FileKind::lws_signals:
      return "reference signals of phase reconstruction (LWS)";
    case FileKind::lws_quality:
      return "reference qualities of phase reconstruction (LWS)";
    case FileKind::safetensors:
      return "tensors";
    case FileKind::npy:
      return "array";
    case FileKind::other:
      break;
  }
  return "sound";
}

Result<FileKind> file_kind(ByteView bytes, Safetensors& file) {
  if (starts_with(bytes, "\x93NUMPY")) return FileKind::npy;
  if (looks_like_quality(bytes)) return FileKind::lws_quality;
  const ModelFormat format = model_format(bytes);
  if (format != ModelFormat::lodestone && format != ModelFormat::unknown) return FileKind::foreign_model;
  if (!looks_like_safetensors(bytes)) return FileKind::other;
  auto read = read_safetensors(bytes);
  if (!read) return read.error();
  file = std::move(*read);
  return kind_of_tensors(file);
}

}  // namespace lodestone::cli
