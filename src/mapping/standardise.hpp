#pragma once

#include <utility>
#include <vector>

#include "lodestone/mapping.hpp"
#include "mapping/archive.hpp"

namespace lodestone {

/// Brings inputs to the mean 0 and the deviation 1 of the examples. A constant input becomes 0: it counts as nothing.
class Standardisation {
 public:
  Standardisation() = default;
  /// Of the takes with weight.
  explicit Standardisation(const Examples& examples);

  void archive(Archive& archive);
  Status check(std::size_t inputs) const;
  /// Whether another one differs so little that models need not start again.
  bool is_near(const Standardisation& other) const;

  /// Takes over the ranges of the examples.
  void take_ranges(Standardisation other) {
    lows_ = std::move(other.lows_);
    highs_ = std::move(other.highs_);
  }

  std::size_t inputs() const { return means_.size(); }
  double mean(std::size_t input) const { return means_[input]; }
  /// Clamped to ±8; values too small to matter become 0.
  float apply(std::size_t input, float value) const;
  /// The square of how far the value lies outside the range of the examples, in deviations; at most 1e6.
  float outside(std::size_t input, float value) const;

 private:
  std::vector<double> means_;
  std::vector<double> scales_;  ///< 1 / deviation; 0: constant
  std::vector<double> lows_, highs_;
};

}  // namespace lodestone
