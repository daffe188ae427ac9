#include "spectrum/passes.hpp"

#include "spectrum/clean.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

constexpr int lanes = 4;
using V = Floats<lanes>;
using Doubles = VectorType<double, lanes>::Type;
using Mask = Words<lanes>;

V keep_where(Mask mask, V values) { return (V)(mask & bits_of(values)); }

bool all(Mask mask) { return (mask[0] & mask[1] & mask[2] & mask[3]) != 0; }

Mask usable(V values) { return (Mask)(absolute(values) <= kLargest); }

Mask large(V values) { return (Mask)(absolute(values) >= kSmallest); }

/// Calls four(i) for every fourth i, then one(i) for those that remain.
template <class Four, class One>
void for_each(std::size_t count, Four four, One one) {
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) four(i);
  for (; i < count; ++i) one(i);
}

}  // namespace

bool all_usable(std::span<const float> values) {
  Mask fours = ~Mask{};
  bool rest = true;
  for_each(
      values.size(), [&](std::size_t i) { fours &= usable(load<V>(&values[i])); },
      [&](std::size_t i) { rest = rest && is_usable(values[i]); });
  return rest && all(fours);
}

void clean(std::span<const float> from, float* to) {
  for_each(
      from.size(),
      [&](std::size_t i) {
        const V values = load<V>(&from[i]);
        store(to + i, keep_where(usable(values) & large(values), values));
      },
      [&](std::size_t i) { to[i] = usable_or_zero(from[i]); });
}

void multiply(std::span<const float> values, const float* factors, float* to) {
  for_each(
      values.size(), [&](std::size_t i) { store(to + i, load<V>(&values[i]) * load<V>(factors + i)); },
      [&](std::size_t i) { to[i] = values[i] * factors[i]; });
}

void drop_small(std::span<const float> from, float* to) {
  for_each(
      from.size(),
      [&](std::size_t i) {
        const V values = load<V>(&from[i]);
        store(to + i, keep_where(large(values), values));
      },
      [&](std::size_t i) { to[i] = small_to_zero(from[i]); });
}

void multiply_and_round(std::span<const double> from, const double* factors, float* to) {
  for_each(
      from.size(),
      [&](std::size_t i) {
        const Doubles product = load<Doubles>(&from[i]) * load<Doubles>(factors + i);
        const V values = __builtin_convertvector(product, V);
        store(to + i, keep_where(large(values), values));
      },
      [&](std::size_t i) { to[i] = small_to_zero(static_cast<float>(from[i] * factors[i])); });
}

// Numbers that need more than single precision are rare, and the loop without them is twice as fast.
void take_magnitudes(std::span<const std::complex<float>> from, float* to) {
  Mask ordinary = ~Mask{};
  for_each(
      from.size(),
      [&](std::size_t i) {
        const V low = load<V>(&from[i]), high = load<V>(&from[i + 2]);
        const V re = __builtin_shufflevector(low, high, 0, 2, 4, 6);
        const V im = __builtin_shufflevector(low, high, 1, 3, 5, 7);
        const V square = re * re + im * im;
        ordinary &= (Mask)(square >= kSmallestSquare) & (Mask)(square <= kLargestSquare);
        store(to + i, square_root(square));
      },
      [&](std::size_t i) { to[i] = magnitude(from[i]); });
  if (all(ordinary)) return;
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = magnitude(from[i]);
}

void add_products(std::span<const float> values, const float* factors, double* sums) {
  for_each(
      values.size(),
      [&](std::size_t i) {
        const V product = load<V>(&values[i]) * load<V>(factors + i);
        store(sums + i, load<Doubles>(sums + i) + __builtin_convertvector(product, Doubles));
      },
      [&](std::size_t i) { sums[i] += static_cast<double>(values[i] * factors[i]); });
}

}  // namespace lodestone
