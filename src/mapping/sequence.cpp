#include "mapping/sequence.hpp"

#include "vector/lanes.hpp"

namespace lodestone {

float squared_distance(std::span<const float> a, std::span<const float> b) {
  using V = Floats<4>;
  V sum{};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4) {
    const V difference = scrub(load<V>(a.data() + i) - load<V>(b.data() + i), 1e-18f);
    sum += difference * difference;
  }
  float total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  for (; i < a.size(); ++i) {
    const float difference = a[i] - b[i];
    if (difference >= 1e-18f || difference <= -1e-18f) total += difference * difference;
  }
  return total;
}

}  // namespace lodestone
