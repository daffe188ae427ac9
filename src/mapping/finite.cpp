#include "mapping/finite.hpp"

#include <cmath>

#include "errors/message.hpp"

namespace lodestone {

Status check_finite(std::initializer_list<std::span<const float>> lists, std::span<const double> doubles) {
  bool fine = true;
  for (const std::span<const float> list : lists) {
    for (const float value : list) fine &= std::abs(value) <= 1e30f;
  }
  for (const double value : doubles) fine &= std::abs(value) <= 1e30;
  if (fine) return {};
  return malformed("a model contains values that are not finite or beyond ±1e30");
}

}  // namespace lodestone
