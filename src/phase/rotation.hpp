#pragma once

#include <complex>
#include <cstdint>

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Phases relative to a common time origin instead of the start of each frame.
///
/// T(m, n) = S(m, n)·e^(−2πi·n·(m·hop − centre)/size). For T, the weights of LWS are the same in all bins of a frame;
/// with the centre of a symmetric window they are real except for the rotations between frames. Bins below DC are still
/// the conjugates of their mirror images, and those above Nyquist ±1 times that.
class Rotation {
 public:
  /// `twice_centre` in samples: the centre of a window may lie between two samples.
  void prepare(const StftConfig& stft, int twice_centre, FirstError& error);

  /// The position of frame m (which may be negative): 0 .. period_ − 1.
  std::uint32_t position(std::int64_t frame) const;
  /// e^(2πi·position·steps/period).
  std::complex<double> factor(std::uint32_t position, std::uint32_t steps) const;

  /// T(nyquist + k) / conj(T(nyquist − k)): 1 or −1. If it is −1, T is imaginary at Nyquist.
  float reflection() const { return reflection_; }

  /// Rotates a frame `[bins]` and splits it into parts. `gain` must be a power of two.
  void rotate(const std::complex<float>* from, std::uint32_t position, float gain, int bins, float* re,
              float* im) const;
  /// The inverse of `rotate`, including the gain.
  void restore(const float* re, const float* im, std::uint32_t position, float gain, int bins,
               std::complex<float>* to) const;

 private:
  std::uint32_t period_ = 1;
  std::uint32_t stride_ = 1;  ///< from one frame's position to the next
  std::uint32_t start_ = 0;   ///< the position of frame 0
  float reflection_ = 1;
  Buffer<double> units_;  ///< pairs of cos and sin
};

}  // namespace lodestone
