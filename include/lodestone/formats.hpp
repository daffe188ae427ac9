#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/model.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"
#include "lodestone/tensor.hpp"

/// Conversion between bytes and tensors, models or sound. Nothing here opens a file: the caller provides and stores the
/// bytes. Readers do not trust them: malformed input gives invalid_data and a message that says what was expected and
/// what was found.
namespace lodestone {

/// A safetensors file: named tensors and a map from string to string. https://huggingface.co/docs/safetensors
struct Safetensors {
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorView> tensors;

  /// The tensor or metadata entry with that name, or null.
  const TensorView* find(std::string_view name) const;
  const std::string* find_metadata(std::string_view key) const;
};

/// The views point into `bytes`, which must outlive them. Refused: headers above 100 MB, more than 4096 tensors,
/// unsupported dtypes, shapes whose product overflows, and tensors that overlap, leave gaps or extend past the end of
/// the file.
Result<Safetensors> read_safetensors(ByteView bytes);
/// The tensors must have their bytes, e.g. from `as_bytes`.
Result<Bytes> write_safetensors(const Safetensors& file);

/// Reads a NumPy array (NPY 1.0 to 3.0) of little-endian float32 or float64 in C or Fortran order, with at least one
/// value and 1 or 2 dimensions (a 1-D array becomes one row).
Result<Array2<float>> read_npy(ByteView bytes);
Result<Bytes> write_npy(const Array2<float>& array);

/// Mono sound, samples in −1 .. 1; several channels are mixed by taking their mean.
struct Sound {
  Buffer<float> samples;
  double sample_rate = 44100;
};

/// RIFF WAVE: PCM with 8, 16, 24 or 32 bits, float with 32 or 64 bits, any number of channels, WAVE_FORMAT_EXTENSIBLE.
/// Refused: samples that are not finite, and truncated files. A streamed file (data length 0xffffffff or 0x7ffff000)
/// gives the samples that it contains.
Result<Sound> read_wav(ByteView bytes);
enum class WavEncoding { pcm16, float32 };
/// Mono. pcm16 rounds to nearest and clips at full scale.
Result<Bytes> write_wav(std::span<const float> samples, double sample_rate, WavEncoding encoding = WavEncoding::pcm16);

/// The model file: safetensors with PyTorch's tensor names, `impulses` `[frames, bins]` as F16 (F32 if a value exceeds
/// 6e4 or is not exact in float16, see round_to_half; absent if they were left out), and a JSON string under the
/// metadata key `lodestone`:
/// `{"format_version": 1, "kind": "model", "stft": {…}, "network": {…}, "losses": […], "validation_losses": […]}`,
/// where a loss that is not finite is null. A model that is written and read back plays bit-identically.
///
/// A network with components has `components.weight` `[components, bins]` and `components.bias` `[bins]` in place of
/// BatchNorm's weight and bias, see Weights, and its file is compact: tensors are F16 if that is exact, and impulses
/// that are whole steps of loudness are coded in `impulses.code`, U8, as src/formats/impulse_code.hpp says. Versions
/// without components cannot read it; `ModelView::folded` makes a model for them.
Result<Bytes> write_model(const ModelView& model);
Result<Model> read_model(ByteView bytes);

/// A model file that has been checked, whose view points into the file's bytes, which must outlive it.
struct ModelFile {
  ModelView model;
  std::vector<Buffer<float>> converted;  ///< weights that are not float32 in the file, or not on a 4-byte boundary
  Array2<float> impulses;                ///< if they are coded in the file
};
/// As `read_model`, without copying the values.
Status view_model(ByteView bytes, ModelFile& file);

/// The spectrum file: safetensors with `magnitudes` `[frames, bins]` or `spectrum` `[frames, bins, 2]` (re, im), F32,
/// and under `lodestone` the JSON `{"format_version": 1, "kind": "spectrum", "stft": {…}, "samples": …}`.
Result<Bytes> write_magnitudes(const Magnitudes& magnitudes);
Result<Bytes> write_spectrum(const Spectrum& spectrum);
/// Also accepts a file with `spectrum`, and returns its absolute values.
Result<Magnitudes> read_magnitudes(ByteView bytes);
Result<Spectrum> read_spectrum(ByteView bytes);

}  // namespace lodestone
