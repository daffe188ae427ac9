/// Phase reconstruction of whole signals.

#include <complex>
#include <cstddef>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/phase.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// `magnitudes` `[frames, bins]` are framed according to `stft`. `start`, complex and of the same shape, may be null.
Reconstruction* lodestone_reconstruction_create(const Stft* stft, const float* magnitudes, std::size_t frames,
                                                double length, const PhaseConfig* phase, const float* start) {
  auto copied = copy_frames<float>(stft->config(), magnitudes, frames, length);
  if (!copied) return fail(copied.error()), nullptr;
  if (!start) return hand_over(Reconstruction::create(std::move(*copied), *phase));
  auto start_frames = copy_frames<std::complex<float>>(stft->config(), start, frames, length);
  if (!start_frames) return fail(start_frames.error()), nullptr;
  return hand_over(Reconstruction::create(std::move(*copied), *phase, &*start_frames));
}

void lodestone_reconstruction_destroy(Reconstruction* reconstruction) { delete reconstruction; }

/// Works for a few milliseconds; returns 1 when done.
int lodestone_reconstruction_step(Reconstruction* reconstruction) { return reconstruction->step() ? 1 : 0; }

double lodestone_reconstruction_progress(const Reconstruction* reconstruction) { return reconstruction->progress(); }

/// Output: complex `[frames, bins]`, the spectrum so far.
void lodestone_reconstruction_spectrum(const Reconstruction* reconstruction) {
  const auto& values = reconstruction->spectrum().values;
  show(values.data(), values.rows(), values.cols());
}

}  // extern "C"
