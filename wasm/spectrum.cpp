/// Short-time Fourier transforms, of whole signals and of streams.

#include <complex>
#include <cstddef>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/stft.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

Stft* lodestone_stft_create(const double* config, std::size_t count) {
  return create_from<Stft, StftConfig>(config, count);
}

void lodestone_stft_destroy(Stft* stft) { delete stft; }

/// Output: complex `[frames, bins]`.
int lodestone_stft_transform(Stft* stft, const float* samples, std::size_t count) {
  auto spectrum = stft->transform({samples, count});
  return spectrum ? give(std::move(spectrum->values)) : fail(spectrum.error());
}

/// Output: `[frames, bins]`.
int lodestone_stft_magnitudes(Stft* stft, const float* samples, std::size_t count) {
  auto magnitudes = stft->magnitudes({samples, count});
  return magnitudes ? give(std::move(magnitudes->values)) : fail(magnitudes.error());
}

/// `length`: samples in the signal, 0 if unknown. Output: samples.
int lodestone_stft_inverse(Stft* stft, const float* spectrum, std::size_t frames, double length) {
  auto frames_in = copy_frames<std::complex<float>>(stft->config(), spectrum, frames, length);
  if (!frames_in) return fail(frames_in.error());
  auto samples = stft->inverse(*frames_in);
  return samples ? give(std::move(*samples)) : fail(samples.error());
}

StftStream* lodestone_stft_stream_create(const double* config, std::size_t count) {
  return create_from<StftStream, StftConfig>(config, count);
}

void lodestone_stft_stream_destroy(StftStream* stream) { delete stream; }
void lodestone_stft_stream_reset(StftStream* stream) { stream->reset(); }

/// Returns how many of the samples were consumed.
std::size_t lodestone_stft_stream_push(StftStream* stream, const float* samples, std::size_t count) {
  return stream->push({samples, count});
}

void lodestone_stft_stream_finish(StftStream* stream) { stream->finish(); }

/// The next frame, complex `[bins]`, valid until the next call; null if there is none.
const std::complex<float>* lodestone_stft_stream_next(StftStream* stream) {
  return stream->next() ? stream->frame().data() : nullptr;
}

InverseStftStream* lodestone_inverse_stft_stream_create(const double* config, std::size_t count) {
  return create_from<InverseStftStream, StftConfig>(config, count);
}

void lodestone_inverse_stft_stream_destroy(InverseStftStream* stream) { delete stream; }
void lodestone_inverse_stft_stream_reset(InverseStftStream* stream) { stream->reset(); }

/// Output: the samples that are now final.
void lodestone_inverse_stft_stream_push(InverseStftStream* stream, const std::complex<float>* frame) {
  show(stream->push({frame, static_cast<std::size_t>(stream->config().bins())}));
}

/// Output: the remaining samples.
void lodestone_inverse_stft_stream_finish(InverseStftStream* stream) { show(stream->finish()); }

}  // extern "C"
