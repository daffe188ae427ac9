#pragma once

#include <complex>
#include <cstdint>

#include "errors/first_error.hpp"
#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Phases against one common time instead of each frame's own beginning.
///
/// T(m, n) = S(m, n)·e^(−2πi·mn·hop/size). For T the weights of LWS are the same in all bins of a frame, and bins below
/// DC and above Nyquist are still the conjugates of their mirror images. The factors take size/gcd(size, hop) values;
/// where that is 4 or less the rotation is exact.
class Rotation {
 public:
  void prepare(const StftConfig& stft, FirstError& error);

  /// Where frame m stands, m may be negative: 0 .. period_ − 1.
  std::uint32_t position(std::int64_t frame) const;
  /// e^(2πi·position·steps·gcd/size).
  std::complex<double> factor(std::uint32_t position, std::uint32_t steps) const;

  /// Splits a frame `[bins]` into rotated parts. `gain` is a power of two.
  void rotate(const std::complex<float>* from, std::uint32_t position, float gain, int bins, float* re,
              float* im) const;
  /// The way back, with the gain taken out.
  void restore(const float* re, const float* im, std::uint32_t position, float gain, int bins,
               std::complex<float>* to) const;

 private:
  std::uint32_t period_ = 1;
  std::uint32_t stride_ = 1;  ///< (hop / gcd) mod period: the position of frame 1
  Buffer<double> exact_;      ///< cos and sin, pair by pair
  Buffer<float> rounded_;
};

}  // namespace lodestone
