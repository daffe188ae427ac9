#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Power in triangular bands, evenly spaced from 0 to the Nyquist frequency on the mel scale of Slaney's Auditory
/// Toolbox (1998), each of area 1 in Hz: librosa.filters.mel(sr, n_fft, n_mels).
class MelBands {
 public:
  static Result<MelBands> create(int bands, int fft_size, double sample_rate);

  /// Of the bins' power to the power of each band.
  void apply(std::span<const double> power, float* bands) const;

 private:
  struct Band {
    int first, count;  ///< bins
  };

  Buffer<Band> bands_;
  Buffer<float> weights_;  ///< of all bands' bins, one behind the other
};

/// The first coefficients of the cepstrum: an orthonormal DCT-II.
class Cepstrum {
 public:
  static Result<Cepstrum> create(int coefficients, int bands);

  void apply(const float* decibels, float* coefficients) const;

 private:
  Array2<float> cosines_;  ///< `[coefficients, bands]`
};

}  // namespace lodestone
