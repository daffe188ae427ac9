#pragma once

#include <cstddef>
#include <span>

#include "vector/arena.hpp"

namespace lodestone {

/// Power in triangular bands, evenly spaced from 0 to the Nyquist frequency on the mel scale of Slaney's Auditory
/// Toolbox (1998), each of area 1 in Hz: librosa.filters.mel(sr, n_fft, n_mels).
class MelBands {
 public:
  /// Takes its arrays from the arena.
  void lay_out(Arena& arena, std::size_t bands, std::size_t bins);
  /// Fills them.
  void prepare(double sample_rate);

  /// Sums the power of the bins in each band.
  void apply(std::span<const double> power, float* bands) const;

 private:
  struct Band {
    std::size_t first, count;  ///< bins
  };

  std::span<Band> bands_;
  std::span<float> weights_;  ///< of the bins of each band, band after band; each bin is in up to two bands
};

/// The first coefficients of the cepstrum: an orthonormal DCT-II.
class Cepstrum {
 public:
  /// Takes its array from the arena.
  void lay_out(Arena& arena, std::size_t coefficients, std::size_t bands);
  /// Fills it.
  void prepare();

  void apply(std::span<const float> decibels, float* coefficients) const;

 private:
  std::size_t bands_ = 0;
  std::span<float> cosines_;  ///< `[coefficients, bands]`
};

}  // namespace lodestone
