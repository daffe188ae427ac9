#pragma once

#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The sum of the squared windows that overlap at a sample, by which overlap-add is divided (Griffin & Lim 1984, eq.
/// 6).
///
/// A block is a run of `hop` samples. The block at the start of the window of frame m is covered by the frames m, m−1 …
/// m−overlap+1.
class WindowSum {
 public:
  /// Where the sum is below this share of its maximum, there is a gap, and this share is used as the divisor.
  static constexpr double kFloor = 1e-3;

  /// `config` must be valid.
  static Result<WindowSum> create(const StftConfig& config);

  /// The largest number of overlapping frames.
  int overlap() const { return overlap_; }
  /// Whether the sum stays above the floor wherever all frames are present.
  bool invertible() const { return min_ >= kFloor * max_ && max_ > 0; }
  /// Whether a round trip in single precision is accurate to 1e-6 of full scale: the error of a sample is that of the
  /// frames, about 2e-7 of their root mean square, divided by the square root of the sum.
  bool tolerates_float() const { return tolerates_float_; }

  /// 1 / sum over one block, `[hop]`, for the frames `newest` .. `oldest`, counted backwards from the frame that begins
  /// there (0) to the last one that reaches it (overlap−1).
  void reciprocals(int newest, int oldest, std::span<double> block) const;

 private:
  int hop_ = 0, overlap_ = 0;
  double min_ = 0, max_ = 0;
  bool tolerates_float_ = false;
  Buffer<double> squares_;  ///< `[overlap · hop]`, zeros after the window
};

}  // namespace lodestone
