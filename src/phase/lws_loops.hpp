#pragma once

#include <cstddef>

namespace lodestone {

/// The number of frame updates in progress at a time.
inline constexpr int kLwsLanes = 16;
/// The maximum numbers of bins updated at a time, and of neighbours to each side within a frame.
inline constexpr int kLongestChunk = 32, kMostOwn = 64;

/// Two bins of another frame that share a weight in a sum: pointers to the frame's real parts at DC, shifted to those
/// bins; the imaginary parts are `LwsTick::imaginary` floats further.
struct LwsTap {
  const float* up;
  const float* down;
  float weight;
};

/// How the bins of a tap contribute to the sum. With symmetric windows and a hop of a half or a quarter of the size,
/// each weight is real up to a power of e^(iπ/4), so a pair of neighbours costs two multiply-adds instead of four. Any
/// other weight becomes two taps, one of `sum` and one of `difference`.
enum LwsGroup {
  turned_sum,         ///< e^(iπ/4)·w·(up − i·down)
  turned_difference,  ///< e^(iπ/4)·w·(i·up − down)
  sum,                ///< w·(up + down)
  difference,         ///< i·w·(up − down)
  kLwsGroups
};

/// A frame update in progress.
struct LwsLane {
  LwsTap* first[kLwsGroups];
  LwsTap* last[kLwsGroups];
  int own;        ///< neighbours to each side within its own frame
  float* cosine;  ///< T(n+k) has the weight cosine[k−1] + i·sine[k−1], T(n−k) its conjugate
  float* sine;
  float* re;  ///< the frame at DC
  float* im;
  const float* magnitudes;
  const float* peaks;
  float threshold;  ///< only bins above it change
  int chunk;        ///< the next one to process
};

/// The next chunks of several updates.
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

/// The LWS loops for one vector width.
struct LwsLoops {
  int chunk;  ///< bins updated at a time
  /// Processes the next chunk of each lane of the tick. No lane may read what another one changes.
  void (*run)(LwsTick& tick);
};

/// The loops for the vector width of `kernels()`.
const LwsLoops& lws_loops();

/// Sets `value` to the phase of (re, im) and the magnitude `size`, in double precision; leaves it unchanged if (re, im)
/// has no phase. All but `size` are in the lattice's scale.
void settle(float size, float re, float im, float& value_re, float& value_im);

}  // namespace lodestone
