#pragma once

#include <complex>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"
#include "spectrum/fft.hpp"

namespace lodestone {

/// A fundamental period in samples, 0 where nothing repeats, and how sure that is, 0 .. 1.
struct Period {
  double samples = 0;
  double confidence = 0;
};

/// YIN, a fundamental frequency estimator (de Cheveigné & Kawahara 2002), steps 1 to 5. Integrates over half a frame
/// and looks for lags from 2 to just below that. Real-time safe after `create`.
class Yin {
 public:
  /// `size` of the frames: one that Fft<float> supports.
  static Result<Yin> create(int size);

  /// Of `size` samples within ±1e30.
  Period process(std::span<const float> samples);

 private:
  explicit Yin(Fft<float> fft) : fft_(std::move(fft)) {}
  void correlate(std::span<const float> samples, float scale);
  void take_differences(std::span<const float> samples, float scale);
  void normalise();
  std::size_t choose() const;

  Fft<float> fft_;
  Buffer<std::complex<float>> half_;  ///< spectrum of the frame's first half
  Buffer<double> differences_;        ///< d(lag), eq. 6
  Buffer<double> normalised_;         ///< d′(lag), eq. 8
};

}  // namespace lodestone
