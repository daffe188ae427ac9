#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapping/fit.hpp"

namespace lodestone {

/// Which outputs a model computes from which inputs.
struct Task {
  std::vector<std::uint32_t> inputs, outputs;

  bool operator==(const Task&) const = default;
  void archive(Archive& archive);
  /// Malformed if an index is out of range.
  Status check(const MappingShape& shape) const;
};

/// The rows that teach the outputs of a task. Targets are brought to mean 0 and variance 1.
struct Lesson {
  Array2<float> inputs;                   ///< `[rows, task inputs]`
  Array2<double> targets;                 ///< `[task outputs, padded rows]`
  std::vector<float> weights;             ///< of the rows
  std::vector<double> means, deviations;  ///< of each target; a constant target has deviation 0

  std::size_t rows() const { return inputs.rows(); }
};

/// All outputs of the task must be taught by the same rows.
Result<Lesson> make_lesson(const TrainingSet& set, const Task& task);

/// How much a model can be relied on so far outside the examples: 1 / (1 + Σ d²), d the distance from their range in
/// deviations.
float trust(const Task& task, const Live& live);

/// Root mean squares of the errors of a target.
class MeanSquare {
 public:
  void add(double error, double weight) {
    sum_ += weight * error * error;
    weights_ += weight;
  }
  double value() const { return weights_ > 0 ? sum_ / weights_ : 0; }

 private:
  double sum_ = 0, weights_ = 0;
};

}  // namespace lodestone
