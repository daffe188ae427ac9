#pragma once

#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The sum of the squared windows that overlap at a sample, by which overlap-add is divided (Griffin & Lim 1984, eq.
/// 6).
///
/// Blocks are runs of `hop` samples. In the block that begins with the window of frame m, the frames m, m−1 …
/// m−overlap+1 overlap.
class WindowSum {
 public:
  /// Below this share of its maximum the sum counts as a hole, and division is by this share instead.
  static constexpr double kFloor = 1e-3;

  /// `config` must have passed its check.
  static Result<WindowSum> create(const StftConfig& config);

  /// Frames that overlap at most.
  int overlap() const { return overlap_; }
  /// Whether the sum stays above the floor where all frames are present.
  bool invertible() const { return min_ >= kFloor * max_ && max_ > 0; }
  /// Whether single precision carries a signal there and back within 1e-6 of full scale: the error of a sample is that
  /// of the frames, about 2e-7 of their root mean square, over the square root of the sum.
  bool tolerates_float() const { return tolerates_float_; }

  /// 1 / sum over one block, `[hop]`, of the frames `newest` .. `oldest` (0: the one that begins here, overlap−1: the
  /// last that reaches here), newest first.
  void reciprocals(int newest, int oldest, std::span<double> block) const;

 private:
  int hop_ = 0, overlap_ = 0;
  double min_ = 0, max_ = 0;
  bool tolerates_float_ = false;
  Buffer<double> squares_;  ///< `[overlap · hop]`, zeros after the window
};

}  // namespace lodestone
