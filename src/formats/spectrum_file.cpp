#include "formats/bytes.hpp"
#include "formats/metadata.hpp"
#include "network/tensor.hpp"

namespace lodestone {

namespace {

using Complex = std::complex<float>;

constexpr std::string_view magnitudes_name = "magnitudes";
constexpr std::string_view spectrum_name = "spectrum";

/// Complex numbers as alternating real and imaginary parts.
std::span<float> as_floats(std::span<Complex> values) {
  return {reinterpret_cast<float*>(values.data()), 2 * values.size()};
}
std::span<float> as_floats(std::span<float> values) { return values; }

Status check(std::string_view name, std::span<float> values) { return check_magnitudes(name, values); }
Status check(std::string_view name, std::span<Complex> values) { return check_finite(name, as_floats(values)); }

template <class T>
Result<Bytes> write_frames(const Frames<T>& frames, std::string_view name) {
  if (auto error = frames.stft.check()) return *error;
  TensorView tensor{
      std::string(name), DType::f32, {frames.values.rows(), frames.values.cols()}, std::as_bytes(frames.values.all())};
  if (std::is_same_v<T, Complex>) tensor.shape.push_back(2);
  Safetensors file;
  StftConfig stft = frames.stft;
  std::uint64_t samples = frames.samples;
  file.metadata.push_back(write_metadata({.kind = "spectrum", .stft = stft, .samples = &samples}));
  file.tensors.push_back(std::move(tensor));
  return write_safetensors(file);
}

/// One or more frames with that many bins each; a spectrum's tensor has a third dimension of 2.
Status check_shape(const TensorView& tensor, const StftConfig& stft, bool complex) {
  const auto bins = static_cast<std::uint64_t>(stft.bins());
  const auto& shape = tensor.shape;
  if (shape.size() == (complex ? 3 : 2) && shape[0] > 0 && shape[1] == bins && (!complex || shape[2] == 2)) return {};
  return malformed("expected {} [frames, {}{}], found {}", tensor.name, bins, (complex ? ", 2" : ""), shape);
}

/// The signal's length determines how much memory the inverse needs, so it must be possible with these frames.
Status check_samples(std::uint64_t samples, std::uint64_t frames, const StftConfig& stft) {
  const std::uint64_t most = frames * static_cast<std::uint64_t>(stft.hop) + static_cast<std::uint64_t>(stft.size);
  if (samples <= most) return {};
  return malformed("metadata: samples is {}, but {} frames cover at most {}", samples, frames, most);
}

/// The frames of a tensor, which is `[frames, bins]`, with a third dimension of 2 if T is complex.
template <class T>
Result<Frames<T>> read_frames(const Safetensors& file, std::string_view name) {
  Frames<T> frames;
  if (auto error = read_metadata(file, {.kind = "spectrum", .stft = frames.stft, .samples = &frames.samples})) {
    return *error;
  }
  const TensorView* tensor = file.find(name);
  if (!tensor) {
    return malformed("expected a tensor {} [frames, {}, 2], found none of that name", name, frames.stft.bins());
  }
  if (auto error = check_shape(*tensor, frames.stft, std::is_same_v<T, Complex>)) return *error;
  if (auto error = check_samples(frames.samples, tensor->shape[0], frames.stft)) return *error;
  auto values = Array2<T>::create(tensor->shape[0], tensor->shape[1]);
  if (!values) return values.error();
  frames.values = std::move(*values);
  if (auto error = copy_floats(*tensor, as_floats(frames.values.all()))) return *error;
  if (auto error = check(tensor->name, frames.values.all())) return *error;
  return frames;
}

}  // namespace

Result<Bytes> write_magnitudes(const Magnitudes& magnitudes) { return write_frames(magnitudes, magnitudes_name); }
Result<Bytes> write_spectrum(const Spectrum& spectrum) { return write_frames(spectrum, spectrum_name); }

Result<Magnitudes> read_magnitudes(ByteView bytes) {
  const auto file = read_safetensors(bytes);
  if (!file) return file.error();
  if (file->find(magnitudes_name)) return read_frames<float>(*file, magnitudes_name);
  const auto spectrum = read_frames<Complex>(*file, spectrum_name);
  if (!spectrum) return spectrum.error();
  auto result = magnitudes(*spectrum);
  if (!result) return result;
  if (auto error = check("the absolute value of spectrum", result->values.all())) return *error;  // it may overflow
  return result;
}

Result<Spectrum> read_spectrum(ByteView bytes) {
  const auto file = read_safetensors(bytes);
  if (!file) return file.error();
  return read_frames<Complex>(*file, spectrum_name);
}

}  // namespace lodestone
