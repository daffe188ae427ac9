#pragma once

#include <vector>

#include "mapping/inverse_factor.hpp"
#include "mapping/kernel_part.hpp"
#include "mapping/kernel_search.hpp"
#include "mapping/lesson.hpp"
#include "mapping/pivots.hpp"

namespace lodestone {

/// Trains a KernelPart. When rows are added to those of the training before, and they are not many more, width and
/// noise stay, and the factor is extended by these rows.
class KernelFit : public Fit {
 public:
  explicit KernelFit(Task task) : task_(std::move(task)) {}

  Status begin(const TrainingSet& set) override;
  bool step(Budget& budget) override;
  double progress() const override;
  Result<std::unique_ptr<Part>> part() const override;
  void report(std::span<OutputReport> reports) const override;

  /// Uses these instead of searching, from the next `begin` on.
  void choose(KernelChoice choice);

 private:
  enum class Stage { choose_rows, search, factorise, done };

  Status start_factor();
  /// Rows at the beginning that are those of the training before.
  std::size_t known_rows() const;
  /// Appends the next row to the factor; returns its cost.
  std::int64_t extend();
  void solve();

  Task task_;
  Lesson lesson_;             ///< in the end its targets are the weights of the kernel
  std::size_t all_rows_ = 0;  ///< of the lesson, before rows were chosen
  Stage stage_ = Stage::done;
  Status failure_;
  Pivots pivots_;
  KernelSearch search_;
  bool fixed_ = false;
  KernelChoice choice_;
  std::size_t searched_rows_ = 0;

  PackedRows packed_;
  InverseFactor factor_;                 ///< of the rows below
  std::vector<float> factored_;          ///< inputs, row by row
  std::vector<float> factored_weights_;  ///< of these rows
  std::vector<float> distances_;
  std::vector<double> entries_;
  std::vector<double> errors_;  ///< by leave-one-out, as shares of the ranges
};

}  // namespace lodestone
