#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mapping/fit.hpp"

/// Labelled takes, what a Fit learns from them, and the state of a running mapping around it.
class Taught {
 public:
  /// `takes`: rows of `inputs` values, one after another.
  Taught(const std::vector<std::vector<float>>& takes, const std::vector<int>& labels, std::size_t inputs,
         std::size_t classes)
      : states(classes), tolerances(classes, 1.0f) {
    std::size_t rows = 0;
    set.labels = classes;
    for (std::size_t i = 0; i < takes.size(); ++i) {
      set.takes.push_back({rows, takes[i].size() / inputs, labels[i], 1.0f});
      rows += takes[i].size() / inputs;
    }
    set.inputs = lodestone::Array2<float>::create(rows, inputs).value();
    float* to = set.inputs.data();
    for (const auto& take : takes) to = std::copy(take.begin(), take.end(), to);
  }

  /// Makes the inputs' means 0 and their deviations 1.
  void standardise() {
    const std::size_t rows = set.inputs.rows();
    for (std::size_t k = 0; k < set.inputs.cols(); ++k) {
      double sum = 0, squares = 0;
      for (std::size_t i = 0; i < rows; ++i) sum += static_cast<double>(set.inputs(i, k));
      means.push_back(static_cast<float>(sum / static_cast<double>(rows)));
      for (std::size_t i = 0; i < rows; ++i) {
        set.inputs(i, k) -= means[k];
        squares += static_cast<double>(set.inputs(i, k) * set.inputs(i, k));
      }
      scales.push_back(static_cast<float>(1 / std::sqrt(squares / static_cast<double>(rows))));
      for (std::size_t i = 0; i < rows; ++i) set.inputs(i, k) *= scales[k];
    }
  }
  /// Does the same to rows that come later.
  void standardise(std::vector<float>& rows) const {
    for (std::size_t k = 0; k < rows.size(); ++k) {
      rows[k] = (rows[k] - means[k % means.size()]) * scales[k % means.size()];
    }
  }

  void learn(std::unique_ptr<lodestone::Fit> fit) {
    REQUIRE_FALSE(fit->begin(set));
    lodestone::Budget budget{1};
    while (fit->step(budget)) budget = {1};
    CHECK(fit->progress() == 1);
    part = fit->part().value();
    REQUIRE_FALSE(part->prepare(set.shape()));
  }

  /// The label that the row is given.
  int run(std::span<const float> row) {
    lodestone::Live live{row, {}, {}, states, tolerances};
    part->run(live);
    confidence = live.label_confidence;
    return live.label;
  }

  lodestone::TrainingSet set;
  std::unique_ptr<lodestone::Part> part;
  std::vector<lodestone::LabelState> states;
  std::vector<float> tolerances;
  std::vector<float> means, scales;
  float confidence = 0;
};
