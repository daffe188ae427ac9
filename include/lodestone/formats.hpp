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

/// Bytes ↔ tensors and samples. No files: the caller brings and takes bytes. Every reader treats its bytes as hostile:
/// it refuses with invalid_data and a message that says what was expected and what was found.
namespace lodestone {

using Bytes = Buffer<std::byte>;
using ByteView = std::span<const std::byte>;

/// Element types of safetensors that Lodestone reads.
enum class DType { u8, i32, i64, f16, f32, f64 };

/// Name in the file: U8, I32, I64, F16, F32, F64; size in bytes.
std::string_view dtype_name(DType dtype);
std::size_t dtype_size(DType dtype);

/// A tensor that points into the bytes it was read from (little-endian, possibly unaligned: read through `to_floats`).
struct TensorView {
  std::string name;
  DType dtype;
  std::vector<std::uint64_t> shape;
  ByteView bytes;

  std::uint64_t count() const;
};

/// Values as float32, whatever the dtype; `[count]`.
Result<Buffer<float>> to_floats(const TensorView& tensor);
Result<Buffer<double>> to_doubles(const TensorView& tensor);
/// Refused where the dtype is no integer.
Result<Buffer<std::int64_t>> to_integers(const TensorView& tensor);

/// A safetensors file: named tensors and a string → string map. https://huggingface.co/docs/safetensors
struct Safetensors {
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorView> tensors;

  /// The tensor or metadata entry of that name, or null.
  const TensorView* find(std::string_view name) const;
  const std::string* find_metadata(std::string_view key) const;
};

/// The views point into `bytes`, which must outlive them. Refused: headers above 100 MB, more than 4096 tensors,
/// unsupported dtypes, shapes whose product overflows, tensors that overlap, leave gaps or end beyond the file.
Result<Safetensors> read_safetensors(ByteView bytes);
/// Tensors whose bytes are in place, e.g. from `as_bytes`.
Result<Bytes> write_safetensors(const Safetensors& file);

/// A numpy array of little-endian float32 or float64, C or Fortran order, 1 or 2 dimensions (1: one row) with at least
/// one value. NPY format 1.0 to 3.0.
Result<Array2<float>> read_npy(ByteView bytes);
Result<Bytes> write_npy(const Array2<float>& array);

/// Sound as samples in −1 .. 1, channel by channel mixed to mono (their mean).
struct Sound {
  Buffer<float> samples;
  double sample_rate = 44100;
};

/// RIFF WAVE: PCM of 8, 16, 24, 32 bits, float of 32, 64 bits, any number of channels, WAVE_FORMAT_EXTENSIBLE.
/// Refused: samples that are not finite, and files that end before their samples do, unless they were streamed (data
/// length 0xffffffff or 0x7ffff000): then what is there counts.
Result<Sound> read_wav(ByteView bytes);
enum class WavEncoding { pcm16, float32 };
/// Mono. pcm16 rounds to nearest and clips at full scale.
Result<Bytes> write_wav(std::span<const float> samples, double sample_rate, WavEncoding encoding = WavEncoding::pcm16);

/// The model file: safetensors with PyTorch's tensor names, `impulses` `[frames, bins]` as F16 (F32 where one exceeds
/// 6e4 or is no float16, see round_to_half; absent where left out), and one JSON string under the metadata key
/// `lodestone`:
/// `{"format_version": 1, "kind": "model", "stft": {…}, "network": {…}, "losses": […], "validation_losses": […]}`, with
/// a loss that is not finite as null. What is read plays to the bit as what was written.
Result<Bytes> write_model(const Model& model);
Result<Model> read_model(ByteView bytes);

/// The spectrum file: safetensors with `magnitudes` `[frames, bins]` or `spectrum` `[frames, bins, 2]` (re, im), F32,
/// and under `lodestone` the JSON `{"format_version": 1, "kind": "spectrum", "stft": {…}, "samples": …}`.
Result<Bytes> write_magnitudes(const Magnitudes& magnitudes);
Result<Bytes> write_spectrum(const Spectrum& spectrum);
/// Also takes a file with `spectrum`, as its absolute value.
Result<Magnitudes> read_magnitudes(ByteView bytes);
Result<Spectrum> read_spectrum(ByteView bytes);

}  // namespace lodestone
