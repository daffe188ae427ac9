#include "mapping/linear.hpp"

#include <algorithm>
#include <cmath>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "mapping/finite.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

namespace {

constexpr std::size_t most_terms = 2048;

}  // namespace

std::size_t term_count(std::size_t inputs, int degree) {
  return degree == 1 ? inputs : inputs + inputs * (inputs + 1) / 2;
}

void write_terms(std::span<const float> inputs, int degree, float* to) {
  to = std::copy(inputs.begin(), inputs.end(), to);
  if (degree == 1) return;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::size_t j = i; j < inputs.size(); ++j) *to++ = inputs[i] * inputs[j];
  }
}

void LinearPart::archive(Archive& archive) {
  task.archive(archive);
  archive.field("degree", degree);
  archive.floats("coefficients", coefficients);
  archive.doubles("offsets", offsets);
}

Status LinearPart::prepare(const MappingShape& shape) {
  if (auto bad = task.check(shape)) return bad;
  const std::size_t m = task.outputs.size();
  if (degree < 1 || degree > 2 || coefficients.rows() != m || offsets.size() != m ||
      coefficients.cols() != padded(term_count(task.inputs.size(), degree))) {
    return malformed("the arrays of a linear model do not fit together");
  }
  if (auto bad = check_finite({coefficients.all()}, offsets)) return bad;
  FirstError error;
  error.take(inputs_, Buffer<float>::create(task.inputs.size()));
  error.take(terms_, Buffer<float>::create(coefficients.cols()));
  return error.status();
}

void LinearPart::run(Live& live) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) inputs_[i] = live.inputs[task.inputs[i]];
  write_terms(inputs_, degree, terms_.data());
  const float confidence = trust(task, live);
  for (std::size_t o = 0; o < task.outputs.size(); ++o) {
    live.outputs[task.outputs[o]] =
        static_cast<float>(offsets[o]) + dot(coefficients.row(o).data(), terms_.data(), terms_.size());
    live.confidences[task.outputs[o]] = confidence;
  }
}

Status LinearFit::begin(const TrainingSet& set) {
  stage_ = Stage::done;
  const std::size_t terms = term_count(task_.inputs.size(), degree_);
  if (terms > most_terms) {
    return refused("degree is 2 with {} inputs, {} terms; allowed: {}", task_.inputs.size(), terms, most_terms);
  }
  auto lesson = make_lesson(set, task_);
  if (!lesson) return lesson.error();
  lesson_ = std::move(*lesson);
  FirstError error;
  error.take(products_, Array2<double>::create(terms, padded(terms)));
  error.take(coefficients_, Array2<double>::create(task_.outputs.size(), padded(terms)));
  factor_.truncate(0);
  if (auto bad = factor_.reserve(terms)) return bad;
  if (error) return *error;
  terms_.assign(padded(terms), 0);
  entries_.assign(padded(terms), 0);
  means_.assign(terms, 0);
  errors_.assign(task_.outputs.size(), {});
  all_weights_ = 0;
  for (std::size_t r = 0; r < lesson_.rows(); ++r) {
    const double weight = static_cast<double>(lesson_.weights[r]);
    write_terms(lesson_.inputs.row(r), degree_, terms_.data());
    for (std::size_t t = 0; t < terms; ++t) means_[t] += weight * static_cast<double>(terms_[t]);
    all_weights_ += weight;
  }
  for (double& mean : means_) mean /= all_weights_;
  row_ = 0;
  stage_ = Stage::sum;
  return {};
}

/// The terms of a row minus their means, in `entries_`.
void LinearFit::centre_terms(std::size_t row) {
  write_terms(lesson_.inputs.row(row), degree_, terms_.data());
  for (std::size_t t = 0; t < means_.size(); ++t) entries_[t] = static_cast<double>(terms_[t]) - means_[t];
  std::fill(entries_.begin() + static_cast<std::ptrdiff_t>(means_.size()), entries_.end(), 0);
}

void LinearFit::sum_row() {
  const double weight = static_cast<double>(lesson_.weights[row_]);
  centre_terms(row_);
  for (std::size_t t = 0; t < means_.size(); ++t) {
    add_scaled(weight * entries_[t], entries_.data(), products_.row(t).data(), padded(t + 1));
  }
  for (std::size_t o = 0; o < coefficients_.rows(); ++o) {
    add_scaled(weight * lesson_.targets(o, row_), entries_.data(), coefficients_.row(o).data(), entries_.size());
  }
}

void LinearFit::factorise_row() {
  const double diagonal = products_(row_, row_) + ridge_ * all_weights_;
  factor_.append(products_.row(row_).data(), diagonal);
}

/// The error that leaving the row out would give, from its leverage.
void LinearFit::measure_row() {
  const double weight = static_cast<double>(lesson_.weights[row_]);
  centre_terms(row_);
  const double leverage = weight * (1 / all_weights_ + factor_.quadratic(entries_.data()));
  for (std::size_t o = 0; o < coefficients_.rows(); ++o) {
    const double miss = lesson_.targets(o, row_) - dot(coefficients_.row(o).data(), entries_.data(), entries_.size());
    errors_[o].add(miss / std::max(1 - leverage, 1e-6), weight);
  }
}

bool LinearFit::step(Budget& budget) {
  const std::size_t terms = means_.size();
  const auto cost = static_cast<std::int64_t>(terms * (terms + 1));
  do {
    switch (stage_) {
      case Stage::sum:
        sum_row();
        if (++row_ == lesson_.rows()) next_stage(Stage::factorise);
        break;
      case Stage::factorise:
        factorise_row();
        if (++row_ < terms) break;
        for (std::size_t o = 0; o < coefficients_.rows(); ++o) factor_.solve(coefficients_.row(o).data());
        next_stage(Stage::measure);
        break;
      case Stage::measure:
        measure_row();
        if (++row_ == lesson_.rows()) next_stage(Stage::done);
        break;
      case Stage::done:
        break;
    }
  } while (stage_ != Stage::done && budget.spend(cost));
  return stage_ != Stage::done;
}

void LinearFit::next_stage(Stage stage) {
  stage_ = stage;
  row_ = 0;
}

double LinearFit::progress() const {
  if (stage_ == Stage::done) return 1;
  const std::size_t steps = stage_ == Stage::factorise ? means_.size() : lesson_.rows();
  return (static_cast<double>(stage_) + static_cast<double>(row_) / static_cast<double>(steps)) / 3;
}

Result<std::unique_ptr<Part>> LinearFit::part() const {
  auto part = std::make_unique<LinearPart>();
  auto coefficients = Array2<float>::create(coefficients_.rows(), coefficients_.cols());
  if (!coefficients) return coefficients.error();
  part->task = task_;
  part->degree = degree_;
  part->offsets = lesson_.means;
  for (std::size_t o = 0; o < coefficients_.rows(); ++o) {
    for (std::size_t t = 0; t < means_.size(); ++t) {
      const auto coefficient = static_cast<float>(coefficients_(o, t) * lesson_.deviations[o]);
      (*coefficients)(o, t) = std::abs(coefficient) < kLeast ? 0 : coefficient;
      part->offsets[o] -= static_cast<double>(coefficient) * means_[t];
    }
  }
  part->coefficients = std::move(*coefficients);
  return std::unique_ptr<Part>(std::move(part));
}

void LinearFit::report(std::span<OutputReport> reports) const {
  for (std::size_t o = 0; o < task_.outputs.size(); ++o) {
    reports[task_.outputs[o]] = {std::sqrt(errors_[o].value()) * lesson_.deviations[o], lesson_.rows(), lesson_.rows()};
  }
}

}  // namespace lodestone
