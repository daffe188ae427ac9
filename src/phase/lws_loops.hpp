#pragma once

#include <cstddef>

namespace lodestone {

/// Frame updates that are under way at a time.
inline constexpr int kLwsLanes = 16;
/// Most bins that are updated at a time, and most neighbours to one side within a frame.
inline constexpr int kLongestChunk = 32, kMostOwn = 64;

/// Two bins of other frames that enter a sum with one weight: where their frames begin, moved by so many bins, real
/// parts; the imaginary ones lie `LwsTick::imaginary` floats behind.
struct LwsTap {
  const float* up;
  const float* down;
  float weight;
};

/// How the bins of a tap enter the sum. With symmetric windows and a hop of a half or a quarter of the size each weight
/// is real up to a power of e^(iπ/4): then a pair of neighbours costs two multiply-adds, not four. Any other weight is
/// two taps, one of `sum` and one of `difference`.
enum LwsGroup {
  turned_sum,         ///< e^(iπ/4)·w·(up − i·down)
  turned_difference,  ///< e^(iπ/4)·w·(i·up − down)
  sum,                ///< w·(up + down)
  difference,         ///< i·w·(up − down)
  kLwsGroups
};

/// A frame update on its way along the bins.
struct LwsLane {
  LwsTap* first[kLwsGroups];
  LwsTap* last[kLwsGroups];
  int own;        ///< neighbours to each side in its own frame
  float* cosine;  ///< T(n+k) has the weight cosine[k−1] + i·sine[k−1], T(n−k) its conjugate
  float* sine;
  float* re;  ///< the frame at DC
  float* im;
  const float* magnitudes;
  const float* peaks;
  float threshold;  ///< bins above it change
  int chunk;        ///< the next to be done
};

/// One chunk each of several updates.
struct LwsTick {
  LwsLane* lanes[kLwsLanes];
  int count;
  int nyquist, range;
  float reflection;  ///< T(nyquist + k) = reflection·conj(T(nyquist − k))
  std::ptrdiff_t imaginary;

  // Scratch. By lane, then by bin:
  float share_re[kLwsLanes][kLongestChunk], share_im[kLwsLanes][kLongestChunk];
  float idle[kLongestChunk];
  // By bin, then by lane:
  float sum_re[kLongestChunk][kLwsLanes], sum_im[kLongestChunk][kLwsLanes], size[kLongestChunk][kLwsLanes];
  float own_re[kMostOwn + kLongestChunk + kMostOwn][kLwsLanes], own_im[kMostOwn + kLongestChunk + kMostOwn][kLwsLanes];
  float cosine[kMostOwn][kLwsLanes], sine[kMostOwn][kLwsLanes];
  float threshold[kLwsLanes];
};

/// The loops of LWS for one width of vectors.
struct LwsLoops {
  int chunk;  ///< bins that are updated at a time
  /// Does the next chunk of each lane of the tick. No lane may read what another one changes.
  void (*run)(LwsTick& tick);
};

/// Those of the width of `kernels()`.
const LwsLoops& lws_loops();

/// The value (re, im) gets the magnitude `size`, or stays `value` where it has no phase, in double precision: all on
/// the lattice's scale but `size`.
void settle(float size, float re, float im, float& value_re, float& value_im);

}  // namespace lodestone
