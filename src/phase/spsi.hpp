#pragma once

#include <complex>

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Single-pass spectrogram inversion (Beauregard, Harish, Wyse 2015): each peak of a frame is a sinusoid whose phase
/// advances from the previous frame by its interpolated frequency; the bins around it follow the window's main lobe and
/// side lobes.
class Spsi {
 public:
  void prepare(const StftConfig& stft, FirstError& error);

  /// Forgets all frames.
  void reset();
  /// Processes the next frame, both `[bins]`. No allocation.
  void process(std::span<const float> magnitudes, std::span<std::complex<float>> spectrum);

  static constexpr std::int64_t kBinCost = 16;

 private:
  void fill_region(std::span<const float> magnitudes, int first, int peak, int last,
                   std::span<std::complex<float>> spectrum);

  StftConfig stft_;
  double lobe_ = 2;       ///< half the width of the window's main lobe in bins
  Buffer<double> turns_;  ///< phase of each bin in the last frame, relative to the middle of the frame
};

}  // namespace lodestone
