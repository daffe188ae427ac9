#pragma once

#include <cstdint>
#include <span>

#include "lodestone/random.hpp"
#include "training/adam.hpp"
#include "training/flat.hpp"
#include "vector/arena.hpp"

namespace lodestone {

/// A copy of the training at the end of an earlier good epoch. Training returns to it, at half the learning rate, when
/// a loss or gradient is not finite.
class Guard {
 public:
  /// The minimum number of steps between copies; a copy takes about as long as a step of a small network.
  static constexpr std::uint64_t steps_between = 100;
  /// The maximum number of returns to the same copy: by then not even a thousandth of the learning rate has helped.
  static constexpr int most_in_a_row = 10;

  /// The start of an epoch.
  struct Place {
    std::uint64_t steps = 0, epochs = 0;
    Random random{0};
    Adam::Powers powers;
  };
  /// Everything except the values.
  struct Record {
    Place place;
    double rate = 1;  ///< factor of the learning rate
    std::int32_t rollbacks = 0, in_a_row = 0;
  } record;

  /// For `count` values: the weights and Adam's moments.
  void lay_out(Arena& arena, std::uint64_t count) { kept_ = arena.take<float>(count); }

  bool is_due(std::uint64_t steps) const { return steps >= record.place.steps + steps_between; }

  void keep(std::span<const std::span<float>> values, const Place& place) {
    flatten(values, kept_);
    record.place = place;
    record.in_a_row = 0;
  }

  /// Overwrites the values with the last copy.
  Place go_back(std::span<const std::span<float>> values) {
    unflatten(kept_, values);
    record.rate /= 2;
    ++record.rollbacks;
    ++record.in_a_row;
    return record.place;
  }

  bool gave_up() const { return record.in_a_row >= most_in_a_row; }
  std::span<float> kept() { return kept_; }

 private:
  std::span<float> kept_;
};

}  // namespace lodestone
