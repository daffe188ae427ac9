#pragma once

#include <cstddef>
#include <vector>

#include "mapping/inverse_factor.hpp"
#include "mapping/lesson.hpp"
#include "mapping/packed_rows.hpp"

namespace lodestone {

/// The width of a kernel as gamma = 1 / (2·width²), and the variance of the noise, as a share of the targets'.
struct KernelChoice {
  float gamma = 1;
  float noise = 1e-2f;
};

/// Finds the width and the noise with the least leave-one-out error (Rasmussen & Williams 2006, section 5.4.2), on a
/// grid around the median distance, from at most 160 rows.
class KernelSearch {
 public:
  Status begin(const Lesson& lesson);
  /// Tries the next pair; false once all have been tried.
  bool step();
  double progress() const;
  KernelChoice best() const { return best_; }
  /// The choice before anything has been tried: the median distance.
  KernelChoice usual() const { return {gamma_, 1e-2f}; }
  /// Multiply-adds of a step.
  std::int64_t cost() const;

 private:
  std::size_t rows() const { return chosen_.size(); }
  float median_gamma();
  double error_of(KernelChoice choice);

  const Lesson* lesson_ = nullptr;
  std::vector<std::size_t> chosen_;  ///< of the lesson's rows
  std::vector<float> distances_;     ///< `[rows, rows]`, squared
  InverseFactor factor_;
  float gamma_ = 1;
  std::size_t next_ = 0;
  KernelChoice best_;
  double least_ = 0;
};

}  // namespace lodestone
