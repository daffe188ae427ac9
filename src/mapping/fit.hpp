#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "lodestone/budget.hpp"
#include "lodestone/mapping.hpp"
#include "mapping/part.hpp"

namespace lodestone {

/// The examples as a training sees them: takes without weight are left out.
struct TrainingSet {
  struct Stretch {
    std::size_t first, rows;
    int label;
    float weight;
  };

  Array2<float> inputs;   ///< standardised and clamped, `[rows, inputs]`
  Array2<float> targets;  ///< as shares of the outputs' ranges, `[rows, outputs]`; NaN: teaches nothing
  std::vector<Stretch> takes;
  std::size_t labels = 0;

  MappingShape shape() const { return {inputs.cols(), targets.cols(), labels}; }
};

/// Trains a part in slices.
class Fit {
 public:
  virtual ~Fit() = default;
  /// The set outlives the training.
  virtual Status begin(const TrainingSet& set) = 0;
  /// Works while the budget lasts, at least one unit; false once training is over.
  virtual bool step(Budget& budget) = 0;
  /// The share that is done, 0 to 1.
  virtual double progress() const = 0;
  /// See MappingTrainer::loss.
  virtual double loss() const { return std::numeric_limits<double>::quiet_NaN(); }
  /// What has been learned, once `step` has returned false.
  virtual Result<std::unique_ptr<Part>> part() const = 0;
  /// Fills in the reports of the outputs that it computes.
  virtual void report(std::span<OutputReport> reports) const = 0;
};

}  // namespace lodestone
