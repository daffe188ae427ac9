#include "phase/magnitude.hpp"

#include <cstddef>

#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using V = Floats<4>;
constexpr std::size_t lanes = lanes_of<V>;

/// with_magnitude for as many bins as a vector has lanes.
void give_some(const float* sizes, const std::complex<float>* from, std::complex<float>* frame, std::size_t count) {
  float parts[2 * lanes] = {};
  std::memcpy(parts, from, count * sizeof(*from));
  const V low = load<V>(parts), high = load<V>(parts + lanes);
  const V re = __builtin_shufflevector(low, high, 0, 2, 4, 6), im = __builtin_shufflevector(low, high, 1, 3, 5, 7);
  const V size = load_some<V>(sizes, count);
  const V square = re * re + im * im, scale = size / square_root(square), dust = size * 0x1p-40f;
  const V scaled_re = re * scale, scaled_im = im * scale;
  const V new_re = V(bits_of(scaled_re) & bits_of(V(absolute(scaled_re) >= dust)));
  const V new_im = V(bits_of(scaled_im) & bits_of(V(absolute(scaled_im) >= dust)));
  const auto extreme = ~(bits_of(V(square >= kSmallestOrdinary)) & bits_of(V(square <= kLargestOrdinary)));
  store(parts, __builtin_shufflevector(new_re, new_im, 0, 4, 1, 5));
  store(parts + lanes, __builtin_shufflevector(new_re, new_im, 2, 6, 3, 7));
  if (any(extreme)) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!extreme[i]) continue;
      const auto value = with_magnitude(sizes[i], re[i], im[i], frame[i]);
      parts[2 * i] = value.real();
      parts[2 * i + 1] = value.imag();
    }
  }
  std::memcpy(static_cast<void*>(frame), parts, count * sizeof(*frame));
}

}  // namespace

void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from,
                     std::span<std::complex<float>> frame) {
  std::size_t n = 0;
  for (; n + lanes <= sizes.size(); n += lanes) give_some(&sizes[n], &from[n], &frame[n], lanes);
  give_some(sizes.data() + n, from.data() + n, frame.data() + n, sizes.size() - n);
}

void extrapolate(std::span<const std::complex<float>> newest, float momentum, std::span<std::complex<float>> previous,
                 std::span<std::complex<float>> target) {
  const auto* from = reinterpret_cast<const float*>(newest.data());
  auto* before = reinterpret_cast<float*>(previous.data());
  auto* to = reinterpret_cast<float*>(target.data());
  const auto go_on = [&](std::size_t i, std::size_t count) {
    const V value = load_some<V>(from + i, count);
    store_some(to + i, value + momentum * (value - load_some<V>(before + i, count)), count);
    store_some(before + i, value, count);
  };
  std::size_t i = 0;
  for (; i + lanes <= 2 * newest.size(); i += lanes) go_on(i, lanes);
  go_on(i, 2 * newest.size() - i);
}

}  // namespace lodestone
