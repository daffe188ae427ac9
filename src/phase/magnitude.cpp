#include "phase/magnitude.hpp"

#include <algorithm>
#include <cstddef>

#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using V = Floats<4>;
constexpr std::size_t width = lanes_of<V>;

/// with_magnitude for four bins.
void give_four(const float* sizes, const std::complex<float>* from, std::complex<float>* frame) {
  const V low = load<V>(from), high = load<V>(from + width / 2);
  const V re = __builtin_shufflevector(low, high, 0, 2, 4, 6), im = __builtin_shufflevector(low, high, 1, 3, 5, 7);
  const V size = load<V>(sizes);
  const V square = re * re + im * im, scale = size / square_root(square), dust = size * 0x1p-40f;
  const V scaled_re = re * scale, scaled_im = im * scale;
  const V new_re = V(bits_of(scaled_re) & bits_of(V(absolute(scaled_re) >= dust)));
  const V new_im = V(bits_of(scaled_im) & bits_of(V(absolute(scaled_im) >= dust)));
  const auto extreme = ~(bits_of(V(square >= kSmallestOrdinary)) & bits_of(V(square <= kLargestOrdinary)));
  if (any(extreme)) {
    for (std::size_t i = 0; i < width; ++i) frame[i] = with_magnitude(sizes[i], re[i], im[i], frame[i]);
    return;
  }
  auto* to = reinterpret_cast<float*>(frame);
  store(to, __builtin_shufflevector(new_re, new_im, 0, 4, 1, 5));
  store(to + width, __builtin_shufflevector(new_re, new_im, 2, 6, 3, 7));
}

}  // namespace

// The last vector may overlap the one before, which gives the same bins again.
void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from,
                     std::span<std::complex<float>> frame) {
  for (std::size_t n = 0; n < sizes.size(); n += width) {
    const std::size_t first = std::min(n, sizes.size() - width);
    give_four(&sizes[first], &from[first], &frame[first]);
  }
}

void extrapolate(std::span<const std::complex<float>> newest, float momentum, std::span<std::complex<float>> previous,
                 std::span<std::complex<float>> target) {
  const auto* from = reinterpret_cast<const float*>(newest.data());
  auto* before = reinterpret_cast<float*>(previous.data());
  auto* to = reinterpret_cast<float*>(target.data());
  const std::size_t count = 2 * newest.size();
  std::size_t i = 0;
  for (; i + width <= count; i += width) {
    const V value = load<V>(from + i);
    store(to + i, value + momentum * (value - load<V>(before + i)));
    store(before + i, value);
  }
  for (; i < count; ++i) {
    to[i] = from[i] + momentum * (from[i] - before[i]);
    before[i] = from[i];
  }
}

}  // namespace lodestone
