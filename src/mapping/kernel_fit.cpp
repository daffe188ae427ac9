#include "mapping/kernel_fit.hpp"

#include <algorithm>
#include <cmath>

#include "mapping/sums.hpp"

namespace lodestone {

namespace {

/// Width and noise stay while this share of the rows is the same as when they were found.
constexpr double same_rows = 0.8;

Result<Lesson> only(const Lesson& lesson, const std::vector<std::size_t>& rows) {
  auto inputs = Array2<float>::create(rows.size(), lesson.inputs.cols());
  auto targets = Array2<double>::create(lesson.targets.rows(), padded(rows.size()));
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  Lesson part;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(lesson.inputs.row(rows[i]).data(), inputs->cols(), inputs->row(i).data());
    for (std::size_t o = 0; o < targets->rows(); ++o) (*targets)(o, i) = lesson.targets(o, rows[i]);
    part.weights.push_back(lesson.weights[rows[i]]);
  }
  part.inputs = std::move(*inputs);
  part.targets = std::move(*targets);
  part.means = lesson.means;
  part.deviations = lesson.deviations;
  return part;
}

}  // namespace

void KernelFit::choose(KernelChoice choice) {
  choice_ = choice;
  fixed_ = true;
}

Status KernelFit::begin(const TrainingSet& set) {
  stage_ = Stage::done;
  auto lesson = make_lesson(set, task_);
  if (!lesson) return lesson.error();
  lesson_ = std::move(*lesson);
  all_rows_ = lesson_.rows();
  if (all_rows_ <= kMostKernelRows) return start_factor();
  stage_ = Stage::choose_rows;
  if (auto bad = search_.begin(lesson_)) return bad;
  return pivots_.begin(lesson_.inputs, fixed_ ? choice_.gamma : search_.usual().gamma, kMostKernelRows);
}

Status KernelFit::start_factor() {
  const std::size_t rows = lesson_.rows();
  auto packed = PackedRows::create(rows, lesson_.inputs.cols());
  if (!packed) return packed.error();
  packed_ = std::move(*packed);
  for (std::size_t r = 0; r < rows; ++r) packed_.set(r, lesson_.inputs.row(r));
  distances_.resize(padded(rows));
  entries_.resize(padded(rows));
  if (auto bad = factor_.reserve(rows)) return bad;

  const std::size_t known = known_rows();
  const bool stays =
      fixed_ || static_cast<double>(known) >= same_rows * static_cast<double>(std::max(rows, searched_rows_));
  factor_.truncate(stays ? known : 0);
  const auto all = lesson_.inputs.all();
  factored_.assign(all.begin(), all.end());
  factored_weights_ = lesson_.weights;
  stage_ = stays ? Stage::factorise : Stage::search;
  if (stays) return {};
  searched_rows_ = rows;
  return search_.begin(lesson_);
}

std::size_t KernelFit::known_rows() const {
  const std::size_t columns = lesson_.inputs.cols();
  std::size_t row = 0;
  for (; row < std::min(factor_.size(), lesson_.rows()); ++row) {
    const float* before = factored_.data() + row * columns;
    if (factored_weights_[row] != lesson_.weights[row]) break;
    if (!std::equal(before, before + columns, lesson_.inputs.row(row).data())) break;
  }
  return row;
}

bool KernelFit::step(Budget& budget) {
  do {
    if (stage_ == Stage::choose_rows) {
      budget.spend(pivots_.cost());
      if (pivots_.step()) continue;
      auto chosen = only(lesson_, pivots_.rows());
      pivots_ = {};  // it holds much memory
      if (chosen) lesson_ = std::move(*chosen);
      failure_ = chosen ? start_factor() : Status(chosen.error());
      if (failure_) stage_ = Stage::done;
    } else if (stage_ == Stage::search) {
      budget.spend(search_.cost());
      if (search_.step()) continue;
      choice_ = search_.best();
      stage_ = Stage::factorise;
    } else if (stage_ == Stage::factorise) {
      if (factor_.size() < lesson_.rows()) {
        budget.spend(extend());
        continue;
      }
      solve();
      stage_ = Stage::done;
    }
  } while (stage_ != Stage::done && budget.left > 0);
  return stage_ != Stage::done;
}

std::int64_t KernelFit::extend() {
  const std::size_t n = factor_.size();
  kernel_row(packed_, n, lesson_.inputs.row(n).data(), choice_.gamma, distances_.data(), entries_.data());
  factor_.append(entries_.data(), 1 + static_cast<double>(choice_.noise / lesson_.weights[n]));
  return static_cast<std::int64_t>(n * (n + lesson_.inputs.cols()));
}

void KernelFit::solve() {
  const std::vector<double> diagonal = factor_.inverse_diagonal();
  errors_.clear();
  for (std::size_t o = 0; o < lesson_.targets.rows(); ++o) {
    double* const weights = lesson_.targets.row(o).data();
    factor_.solve(weights);
    MeanSquare error;
    for (std::size_t i = 0; i < lesson_.rows(); ++i) {
      error.add(weights[i] / diagonal[i], static_cast<double>(lesson_.weights[i]));
    }
    errors_.push_back(std::sqrt(error.value()) * lesson_.deviations[o]);
  }
}

double KernelFit::progress() const {
  if (stage_ == Stage::done) return 1;
  if (stage_ == Stage::choose_rows) return 0.5 * pivots_.progress();
  if (stage_ == Stage::search) return 0.5 + 0.2 * search_.progress();
  return 0.7 + 0.3 * static_cast<double>(factor_.size()) / static_cast<double>(lesson_.rows());
}

Result<std::unique_ptr<Part>> KernelFit::part() const {
  if (failure_) return *failure_;
  const std::size_t rows = lesson_.rows();
  auto inputs = lesson_.inputs.clone();
  auto noise = Array2<float>::create(1, rows);
  auto weights = Array2<float>::create(task_.outputs.size(), padded(rows));
  auto inverse = rounded(factor_);
  for (const auto* array : {&inputs, &noise, &weights, &inverse}) {
    if (!*array) return array->error();
  }
  auto part = std::make_unique<KernelPart>();
  part->task = task_;
  part->gamma = choice_.gamma;
  for (std::size_t i = 0; i < rows; ++i) {
    noise->all()[i] = choice_.noise / lesson_.weights[i];
    for (std::size_t o = 0; o < weights->rows(); ++o) {
      const auto weight = static_cast<float>(lesson_.targets(o, i) * lesson_.deviations[o]);
      (*weights)(o, i) = std::abs(weight) < kLeast ? 0 : weight;
    }
  }
  part->rows = std::move(*inputs);
  part->noise = std::move(*noise);
  part->weights = std::move(*weights);
  part->inverse = std::move(*inverse);
  part->offsets = lesson_.means;
  return std::unique_ptr<Part>(std::move(part));
}

void KernelFit::report(std::span<OutputReport> reports) const {
  for (std::size_t o = 0; o < task_.outputs.size(); ++o) {
    reports[task_.outputs[o]] = {errors_[o], all_rows_, lesson_.rows()};
  }
}

}  // namespace lodestone
