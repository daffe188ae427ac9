#pragma once

#include <complex>
#include <cstddef>
#include <span>

#include "spectrum/fft.hpp"
#include "vector/arena.hpp"

namespace lodestone {

/// A fundamental period in samples (0 if nothing repeats) and its confidence, 0 .. 1.
struct Period {
  double samples = 0;
  double confidence = 0;
};

/// YIN, a fundamental frequency estimator (de Cheveigné & Kawahara 2002), steps 1 to 5. Integrates over half a frame
/// and considers lags from 2 to just below that. Does not allocate.
class Yin {
 public:
  /// Takes its arrays, for frames of `size` samples, from the arena.
  void lay_out(Arena& arena, std::size_t size);

  /// `samples`: `size` values within ±1e30; `fft` must have the same size.
  Period process(std::span<const float> samples, Fft<float>& fft);

 private:
  void correlate(std::span<const float> samples, float scale, Fft<float>& fft);
  void take_differences(std::span<const float> samples, float scale, const float* correlation);
  void normalise();
  std::size_t choose() const;

  std::span<std::complex<float>> half_;  ///< spectrum of the frame's first half
  std::span<double> differences_;        ///< d(lag), eq. 6
  std::span<double> normalised_;         ///< d′(lag), eq. 8
};

}  // namespace lodestone
