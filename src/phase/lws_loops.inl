// The LWS loops for LODESTONE_LANES lanes. Each width has one source that includes this file and is compiled for that
// instruction set only. Therefore only the table at the end may leave the unnamed namespace, and inline functions of
// other headers must not be called.
#include "phase/lws_loops.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

constexpr int lanes = LODESTONE_LANES;
using V = Floats<lanes>;
constexpr int vectors = lanes == 16 ? 2 : 3;
constexpr int chunk = vectors * lanes;
// Updates processed in parallel: as wide as the vectors, but no wider than the length of the narrowest chunk.
using U = Floats<lanes == 4 ? 4 : 8>;
constexpr int columns = lanes_of<U>;

constexpr float half_root = 0.707106781f;
constexpr float down = 0x1p-60f;            // the lattice's scale
constexpr float dust = 0x1p60f * 0x1p-40f;  // see without_dust

/// Adds the taps of one group to the sums of a chunk. Not unrolled over the taps: the sums would no longer fit into
/// registers.
template <LwsGroup group>
inline void add_taps(const LwsLane& lane, std::ptrdiff_t begin, std::ptrdiff_t imaginary, V (&re)[vectors],
                     V (&im)[vectors]) {
  for (const LwsTap *tap = lane.first[group], *last = lane.last[group]; tap != last; ++tap) {
    const V weight = splat<V>(tap->weight);
    const float *up = tap->up + begin, *other = tap->down + begin;
    const float *up_imaginary = up + imaginary, *other_imaginary = other + imaginary;
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) {
      const V up_re = load<V>(up + v * lanes), up_im = load<V>(up_imaginary + v * lanes);
      const V down_re = load<V>(other + v * lanes), down_im = load<V>(other_imaginary + v * lanes);
      if constexpr (group == turned_sum) {
        re[v] = multiply_add(weight, up_re + down_im, re[v]);
        im[v] = multiply_add(weight, up_im - down_re, im[v]);
      } else if constexpr (group == turned_difference) {
        re[v] = multiply_add(weight, -(up_im + down_re), re[v]);
        im[v] = multiply_add(weight, up_re - down_im, im[v]);
      } else if constexpr (group == sum) {
        re[v] = multiply_add(weight, up_re + down_re, re[v]);
        im[v] = multiply_add(weight, up_im + down_im, im[v]);
      } else {
        re[v] = multiply_add(weight, down_im - up_im, re[v]);
        im[v] = multiply_add(weight, up_re - down_re, im[v]);
      }
    }
  }
}

/// The contribution of other frames to the sums of a chunk.
void convolve(const LwsLane& lane, std::ptrdiff_t imaginary, float* share_re, float* share_im) {
  const std::ptrdiff_t begin = lane.chunk * chunk;
  V re[vectors]{}, im[vectors]{};
  if (lane.first[turned_sum] != lane.last[turned_sum] ||
      lane.first[turned_difference] != lane.last[turned_difference]) {
    add_taps<turned_sum>(lane, begin, imaginary, re, im);
    add_taps<turned_difference>(lane, begin, imaginary, re, im);
    for (int v = 0; v < vectors; ++v) {
      const V turned = (re[v] - im[v]) * half_root;
      im[v] = (re[v] + im[v]) * half_root;
      re[v] = turned;
    }
  }
  add_taps<sum>(lane, begin, imaginary, re, im);
  add_taps<difference>(lane, begin, imaginary, re, im);
  for (int v = 0; v < vectors; ++v) {
    store(share_re + v * lanes, re[v]);
    store(share_im + v * lanes, im[v]);
  }
}

struct Square {
  Floats<4> row[4];
};

inline Square transpose(const Square& from) {
  const auto [a, b, c, d] = from.row;
  const auto ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const auto AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return {{__builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
           __builtin_shufflevector(AB, CD, 0, 1, 4, 5), __builtin_shufflevector(AB, CD, 2, 3, 6, 7)}};
}

using ByBin = float[kLwsLanes];

/// Transposes the bins of four lanes' chunks, so that lanes are adjacent.
void gather(const float* const (&from)[4], ByBin* to, int lane) {
  for (int n = 0; n < chunk; n += 4) {
    Square square;
    for (int i = 0; i < 4; ++i) square.row[i] = load<Floats<4>>(from[i] + n);
    square = transpose(square);
    for (int i = 0; i < 4; ++i) store(to[n + i] + lane, square.row[i]);
  }
}

void scatter(const ByBin* from, int lane, float* const (&to)[4]) {
  for (int n = 0; n < chunk; n += 4) {
    Square square;
    for (int i = 0; i < 4; ++i) square.row[i] = load<Floats<4>>(from[n + i] + lane);
    square = transpose(square);
    for (int i = 0; i < 4; ++i) store(to[i] + n, square.row[i]);
  }
}
/// Arranges the tick's updates in adjacent lanes, padded to whole vectors with lanes that change nothing. Returns the
/// largest number of neighbours that any update has in its own frame.
int gather_tick(LwsTick& t, int padded) {
  for (int first = 0; first < padded; first += 4) {
    const float *share_re[4], *share_im[4], *re[4], *im[4], *size[4];
    for (int i = 0; i < 4; ++i) {
      const int c = first + i;
      const LwsLane* lane = c < t.count ? t.lanes[c] : nullptr;
      share_re[i] = t.share_re[c];
      share_im[i] = t.share_im[c];
      re[i] = lane ? lane->re + lane->chunk * chunk : t.idle;
      im[i] = lane ? lane->im + lane->chunk * chunk : t.idle;
      size[i] = lane ? lane->magnitudes + lane->chunk * chunk : t.idle;
      t.threshold[c] = lane ? lane->threshold : __builtin_inff();
    }
    gather(share_re, t.sum_re, first);
    gather(share_im, t.sum_im, first);
    gather(re, t.own_re + kMostOwn, first);
    gather(im, t.own_im + kMostOwn, first);
    gather(size, t.size, first);
  }
  int most = 0;
  for (int c = 0; c < t.count; ++c) {
    if (t.lanes[c]->own > most) most = t.lanes[c]->own;
  }
  for (int c = 0; c < padded; ++c) {
    const LwsLane* lane = c < t.count ? t.lanes[c] : nullptr;
    const int begin = lane ? lane->chunk * chunk : 0, end = begin + chunk - 1;
    for (int k = 1; k <= most; ++k) {
      const bool counts = lane && k <= lane->own;
      t.cosine[k - 1][c] = counts ? lane->cosine[k - 1] : 0;
      t.sine[k - 1][c] = counts ? lane->sine[k - 1] : 0;
      if (!counts) continue;
      t.own_re[kMostOwn - k][c] = lane->re[begin - k];
      t.own_im[kMostOwn - k][c] = lane->im[begin - k];
      t.own_re[kMostOwn + chunk - 1 + k][c] = lane->re[end + k];
      t.own_im[kMostOwn + chunk - 1 + k][c] = lane->im[end + k];
    }
  }
  return most;
}

/// Extreme values of bin n, from lane c on, for which single precision is not enough.
[[gnu::noinline]] void settle_lanes(LwsTick& t, int n, int c, U re, U im, Words<columns> bad) {
  for (int i = 0; i < columns; ++i) {
    if (bad[i]) settle(t.size[n][c + i], re[i], im[i], t.own_re[kMostOwn + n][c + i], t.own_im[kMostOwn + n][c + i]);
  }
}

/// Updates bin n of the chunk, from lane c on: the phase of the sum with the bin's magnitude.
inline void update(LwsTick& t, int own, int n, int c) {
  const ByBin *own_re = t.own_re + kMostOwn + n, *own_im = t.own_im + kMostOwn + n;
  U re = load<U>(t.sum_re[n] + c), im = load<U>(t.sum_im[n] + c);
  for (int k = own; k >= 1; --k) {
    const U cosine = load<U>(t.cosine[k - 1] + c), sine = load<U>(t.sine[k - 1] + c);
    const U up_re = load<U>(own_re[k] + c), up_im = load<U>(own_im[k] + c);
    const U down_re = load<U>(own_re[-k] + c), down_im = load<U>(own_im[-k] + c);
    re = multiply_add(cosine, up_re + down_re, re);
    im = multiply_add(cosine, up_im + down_im, im);
    re = multiply_add(sine, down_im - up_im, re);
    im = multiply_add(sine, up_re - down_re, im);
  }
  const U size = load<U>(t.size[n] + c);
  const auto active = bits_of(U(size > load<U>(t.threshold + c)));
  // In the outside scale, sums are mostly ordinary (is_ordinary); in the lattice's scale, none is subnormal.
  const U x = re * down, y = im * down;
  const U square = multiply_add(x, x, y * y);
  const U scale = size / square_root(square);
  const U new_re = re * scale, new_im = im * scale, least = size * dust;
  const auto keep_re = active & bits_of(U(absolute(new_re) > least));
  const auto keep_im = active & bits_of(U(absolute(new_im) > least));
  const auto old_re = bits_of(load<U>(own_re[0] + c)) & ~active, old_im = bits_of(load<U>(own_im[0] + c)) & ~active;
  U value_re = U((bits_of(new_re) & keep_re) | old_re), value_im = U((bits_of(new_im) & keep_im) | old_im);
  const auto bad = active & ~(bits_of(U(square >= 1e-28f)) & bits_of(U(square <= 1e30f)));
  if (any(bad)) {
    settle_lanes(t, n, c, re, im, bad);
    value_re = U((bits_of(value_re) & ~bad) | (bits_of(load<U>(own_re[0] + c)) & bad));
    value_im = U((bits_of(value_im) & ~bad) | (bits_of(load<U>(own_im[0] + c)) & bad));
  }
  store(t.own_re[kMostOwn + n] + c, value_re);
  store(t.own_im[kMostOwn + n] + c, value_im);
}

/// Updates the mirror images of bin n in lane c, if later bins of the chunk read them.
void reflect_own(LwsTick& t, int own, int n, int c) {
  const int begin = t.lanes[c]->chunk * chunk, bin = begin + n;
  if (bin > t.nyquist) return;
  const float re = t.own_re[kMostOwn + n][c], im = t.own_im[kMostOwn + n][c];
  const int low = -bin - begin, high = 2 * t.nyquist - bin - begin;
  if (bin > 0 && low >= -own) {
    t.own_re[kMostOwn + low][c] = re;
    t.own_im[kMostOwn + low][c] = -im;
  }
  if (bin < t.nyquist && high < chunk + own) {
    t.own_re[kMostOwn + high][c] = t.reflection * re;
    t.own_im[kMostOwn + high][c] = -t.reflection * im;
  }
}

/// Whether bins of a lane's chunk have mirror images, or have neighbours that are mirror images.
bool is_at_edge(const LwsTick& t, const LwsLane& lane) {
  const int begin = lane.chunk * chunk, end = begin + chunk;
  return begin <= t.range || end + t.range > t.nyquist;
}

/// Writes the mirror images of a lane's chunk.
void reflect(const LwsTick& t, const LwsLane& lane) {
  const int begin = lane.chunk * chunk, end = begin + chunk;
  for (int n = begin > 1 ? begin : 1; n < end && n <= t.range; ++n) {
    lane.re[-n] = lane.re[n];
    lane.im[-n] = -lane.im[n];
  }
  const int lowest = t.nyquist - t.range;
  for (int n = begin > lowest ? begin : lowest; n < end && n < t.nyquist; ++n) {
    lane.re[2 * t.nyquist - n] = t.reflection * lane.re[n];
    lane.im[2 * t.nyquist - n] = -t.reflection * lane.im[n];
  }
}

void run(LwsTick& t) {
  for (int c = 0; c < t.count; ++c) convolve(*t.lanes[c], t.imaginary, t.share_re[c], t.share_im[c]);
  const int padded = (t.count + columns - 1) / columns * columns;
  const int own = gather_tick(t, padded);
  int edges[kLwsLanes], edges_used = 0;
  for (int c = 0; c < t.count; ++c) {
    if (is_at_edge(t, *t.lanes[c])) edges[edges_used++] = c;
  }
  for (int n = 0; n < chunk; ++n) {
    for (int c = 0; c < padded; c += columns) update(t, own, n, c);
    for (int i = 0; i < edges_used; ++i) reflect_own(t, own, n, edges[i]);
  }
  for (int first = 0; first < padded; first += 4) {
    float *re[4], *im[4];
    for (int i = 0; i < 4; ++i) {
      const LwsLane* lane = first + i < t.count ? t.lanes[first + i] : nullptr;
      re[i] = lane ? lane->re + lane->chunk * chunk : t.idle;
      im[i] = lane ? lane->im + lane->chunk * chunk : t.idle;
    }
    scatter(t.own_re + kMostOwn, first, re);
    scatter(t.own_im + kMostOwn, first, im);
  }
  for (int i = 0; i < edges_used; ++i) reflect(t, *t.lanes[edges[i]]);
}

}  // namespace

#define LODESTONE_JOIN(name, number) name##number
#define LODESTONE_TABLE(number) LODESTONE_JOIN(lws_loops_, number)
extern const LwsLoops LODESTONE_TABLE(LODESTONE_LANES);
const LwsLoops LODESTONE_TABLE(LODESTONE_LANES) = {chunk, run};

}  // namespace lodestone
