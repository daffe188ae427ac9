#pragma once

#include <vector>

#include "mapping/inverse_factor.hpp"
#include "mapping/lesson.hpp"

namespace lodestone {

/// The terms of a polynomial of degree 1 or 2: the inputs, then their products x_i·x_j with i ≤ j.
std::size_t term_count(std::size_t inputs, int degree);
void write_terms(std::span<const float> inputs, int degree, float* to);

/// Each output is a polynomial of the standardised inputs.
class LinearPart : public Part {
 public:
  PartKind kind() const override { return PartKind::linear; }
  void archive(Archive& archive) override;
  Status prepare(const MappingShape& shape) override;
  void run(Live& live) override;

  Task task;
  int degree = 1;
  Array2<float> coefficients;  ///< `[task outputs, padded terms]`, zero in the padding
  std::vector<double> offsets;

 private:
  Buffer<float> inputs_, terms_;
};

/// Ridge regression; the offset is not penalised.
class LinearFit : public Fit {
 public:
  LinearFit(Task task, const MappingConfig& config)
      : task_(std::move(task)), degree_(config.degree), ridge_(config.ridge) {}

  Status begin(const TrainingSet& set) override;
  bool step(Budget& budget) override;
  double progress() const override;
  Result<std::unique_ptr<Part>> part() const override;
  void report(std::span<OutputReport> reports) const override;

 private:
  enum class Stage { sum, factorise, measure, done };

  void centre_terms(std::size_t row);
  void sum_row();
  void factorise_row();
  void measure_row();
  void next_stage(Stage stage);

  Task task_;
  int degree_;
  double ridge_;
  Lesson lesson_;
  Stage stage_ = Stage::done;
  std::size_t row_ = 0;
  double all_weights_ = 0;
  std::vector<float> terms_;
  std::vector<double> means_;    ///< of the terms
  Array2<double> products_;      ///< `[terms, padded terms]`, of the centred terms; the lower triangle
  Array2<double> coefficients_;  ///< `[outputs, padded terms]`; first the products of terms and targets
  InverseFactor factor_;
  std::vector<double> entries_;
  std::vector<MeanSquare> errors_;
};

}  // namespace lodestone
