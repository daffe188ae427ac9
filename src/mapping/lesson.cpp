#include "mapping/lesson.hpp"

#include <cmath>

#include "errors/message.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

namespace {

Status check_indices(std::span<const std::uint32_t> indices, std::size_t count, const char* of) {
  for (const std::uint32_t index : indices) {
    if (index >= count) return malformed("a model refers to the {} {}; expected less than {}", of, index, count);
  }
  return {};
}

/// Brings a target to mean 0 and variance 1.
void standardise(std::span<double> values, std::span<const float> weights, double& mean, double& deviation) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i] * values[i];
    all += weights[i];
  }
  mean = sum / all;
  MeanSquare spread;
  for (std::size_t i = 0; i < weights.size(); ++i) spread.add(values[i] - mean, weights[i]);
  deviation = std::sqrt(spread.value());
  if (deviation < 1e-6) deviation = 0;
  for (double& value : values.first(weights.size())) value = deviation > 0 ? (value - mean) / deviation : 0;
}

}  // namespace

void Task::archive(Archive& archive) {
  archive.integers("inputs", inputs);
  archive.integers("outputs", outputs);
}

Status Task::check(const MappingShape& shape) const {
  if (auto bad = check_indices(inputs, shape.inputs, "input")) return bad;
  return check_indices(outputs, shape.outputs, "output");
}

Result<Lesson> make_lesson(const TrainingSet& set, const Task& task) {
  Lesson lesson;
  std::vector<std::size_t> rows;
  for (const TrainingSet::Stretch& take : set.takes) {
    for (std::size_t r = take.first; r < take.first + take.rows; ++r) {
      if (std::isnan(set.targets(r, task.outputs[0]))) continue;
      rows.push_back(r);
      lesson.weights.push_back(take.weight);
    }
  }
  auto inputs = Array2<float>::create(rows.size(), task.inputs.size());
  auto targets = Array2<double>::create(task.outputs.size(), padded(rows.size()));
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < task.inputs.size(); ++i) (*inputs)(r, i) = set.inputs(rows[r], task.inputs[i]);
    for (std::size_t o = 0; o < task.outputs.size(); ++o) {
      (*targets)(o, r) = static_cast<double>(set.targets(rows[r], task.outputs[o]));
    }
  }
  lesson.means.resize(task.outputs.size());
  lesson.deviations.resize(task.outputs.size());
  for (std::size_t o = 0; o < task.outputs.size(); ++o) {
    standardise(targets->row(o), lesson.weights, lesson.means[o], lesson.deviations[o]);
  }
  lesson.inputs = std::move(*inputs);
  lesson.targets = std::move(*targets);
  return lesson;
}

float trust(const Task& task, const Live& live) {
  float sum = 1;
  for (const std::uint32_t input : task.inputs) sum += live.outside[input];
  return 1 / sum;
}

}  // namespace lodestone
