#pragma once

#include <complex>
#include <cstdint>

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The neighbours that a frame is estimated from (Le Roux et al. 2010b).
enum class LwsKind {
  full,     ///< W: all frames in reach and the frame itself
  initial,  ///< W_ai: only frames to the left
  newest,   ///< W_af: frames to the left and the frame itself
};

/// The windows that determine the weights, each of the window's length.
struct LwsWindows {
  Buffer<double> analysis;
  Buffer<double> synthesis;  ///< analysis divided by the summed squared window
  Buffer<double> initial;    ///< replaces analysis in W_ai: the share of a frame determined by earlier frames
  Buffer<double> newest;     ///< replaces analysis in W_af: initial plus the frame's own share
};

/// The windows in double precision. For framing `lws`, the square-root Hann window is normalised as by the authors of
/// LWS, so that analysis and synthesis are equal. Refused: a hop and window without an inverse STFT, and more than 64
/// overlapping windows.
Result<LwsWindows> lws_windows(const StftConfig& stft);

/// The consistency weights: how much of S(m + r, n + k) an inverse and a forward transform carry into S(m, n) (Le Roux
/// et al. 2010a, eq. 5), for neighbours at most `range` bins away. Computed in double precision.
class LwsWeights {
 public:
  static Result<LwsWeights> create(const StftConfig& stft, int weight_range);

  /// The number of overlapping frames to each side, Q − 1.
  int reach() const { return reach_; }
  /// Bins to each side: `weight_range`, limited so that no bin counts twice.
  int range() const { return range_; }

  /// Twice the time about which the window is symmetric, if the hop is a half or a quarter of the size, so that the
  /// weights become real (LwsGroup); otherwise 0.
  int twice_centre() const { return twice_centre_; }

  /// Σ_t w(t)·s(t + r·hop)·e^(−2πikt/size) / size for 0 ≤ r ≤ reach and 0 ≤ k ≤ range, where w is the window of the
  /// kind and s the synthesis window. Exactly 0 if not above 1e-12.
  std::complex<double> overlap(LwsKind kind, int r, int k) const;

  /// W[n][r][k], as the authors store it: the weight of S(m − r, n − k) in S(m, n), minus 1 at r = k = 0.
  std::complex<double> weight(LwsKind kind, std::int64_t n, int r, int k) const;

 private:
  int size_ = 0, hop_ = 0, reach_ = 0, range_ = 0, twice_centre_ = 0;
  Buffer<double> overlaps_;  ///< re and im, `[kind, r, k]`
};

}  // namespace lodestone
