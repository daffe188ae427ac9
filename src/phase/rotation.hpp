#pragma once

#include <complex>
#include <cstdint>

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Phases against one common time instead of each frame's own beginning.
///
/// T(m, n) = S(m, n)·e^(−2πi·n·(m·hop − centre)/size). For T the weights of LWS are the same in all bins of a frame;
/// with the centre of a symmetric window they are real but for the turns between frames. Bins below DC are still the
/// conjugates of their mirror images, those above Nyquist ±1 times that.
class Rotation {
 public:
  /// `twice_centre` in samples: a window's centre may lie between two.
  void prepare(const StftConfig& stft, int twice_centre, FirstError& error);

  /// Where frame m stands, m may be negative: 0 .. period_ − 1.
  std::uint32_t position(std::int64_t frame) const;
  /// e^(2πi·position·steps/period).
  std::complex<double> factor(std::uint32_t position, std::uint32_t steps) const;

  /// T(nyquist + k) / conj(T(nyquist − k)): 1 or −1. Where it is −1, T is imaginary at Nyquist.
  float reflection() const { return reflection_; }

  /// Splits a frame `[bins]` into rotated parts. `gain` is a power of two.
  void rotate(const std::complex<float>* from, std::uint32_t position, float gain, int bins, float* re,
              float* im) const;
  /// The way back, with the gain taken out.
  void restore(const float* re, const float* im, std::uint32_t position, float gain, int bins,
               std::complex<float>* to) const;

 private:
  std::uint32_t period_ = 1;
  std::uint32_t stride_ = 1;  ///< from one frame's position to the next
  std::uint32_t start_ = 0;   ///< the position of frame 0
  float reflection_ = 1;
  Buffer<double> units_;  ///< cos and sin, pair by pair
};

}  // namespace lodestone
