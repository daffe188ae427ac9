#include "mapping/kernel_search.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "mapping/sums.hpp"

namespace lodestone {

namespace {

constexpr std::size_t most_rows = 160;

// In the order of preference: of two that are about as good, the first is taken.
constexpr float widths[] = {1, 2, 0.5, 4, 0.25, 0.125};  // of the median distance
constexpr float noises[] = {1e-2f, 1e-1f, 1e-3f, 1e-4f};
constexpr std::size_t pairs = std::size(widths) * std::size(noises);
constexpr double better = 0.97;
constexpr double negligible = 1e-5;  // of the targets' variance

}  // namespace

Status KernelSearch::begin(const Lesson& lesson) {
  lesson_ = &lesson;
  next_ = 0;
  chosen_.clear();
  const std::size_t count = std::min(lesson.rows(), most_rows);
  for (std::size_t i = 0; i < count; ++i) chosen_.push_back(i * lesson.rows() / count);
  auto packed = PackedRows::create(count, lesson.inputs.cols());
  if (!packed) return packed.error();
  for (std::size_t i = 0; i < count; ++i) packed->set(i, lesson.inputs.row(chosen_[i]));
  const std::size_t stride = padded(count);
  distances_.assign(count * stride, 0);
  for (std::size_t i = 0; i < count; ++i) {
    packed->distances(lesson.inputs.row(chosen_[i]).data(), count, &distances_[i * stride]);
  }
  gamma_ = median_gamma();
  best_ = usual();
  factor_.truncate(0);
  return factor_.reserve(count);
}

/// Of the median distance, but not of less than half the root mean square: when poses are held, most distances are
/// those within a pose.
float KernelSearch::median_gamma() {
  std::vector<float> between;
  double sum = 0;
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      between.push_back(distances_[i * padded(rows()) + j]);
      sum += between.back();
    }
  }
  if (!(sum > 0)) return 0.5f;
  const auto middle = between.begin() + static_cast<std::ptrdiff_t>(between.size() / 2);
  std::nth_element(between.begin(), middle, between.end());
  const double mean = sum / static_cast<double>(between.size());
  return static_cast<float>(0.5 / std::max(static_cast<double>(*middle), mean / 4));
}

bool KernelSearch::step() {
  if (rows() < 3 || next_ == pairs) return false;
  const float width = widths[next_ / std::size(noises)];
  const KernelChoice choice{gamma_ / (width * width), noises[next_ % std::size(noises)]};
  const double error = error_of(choice) + negligible;
  if (next_ == 0 || error < better * least_) {
    least_ = error;
    best_ = choice;
  }
  return ++next_ < pairs;
}

double KernelSearch::error_of(KernelChoice choice) {
  const std::size_t n = rows(), stride = padded(n);
  std::vector<float> kernel(stride);
  std::vector<double> entries(stride);
  factor_.truncate(0);
  for (std::size_t i = 0; i < n; ++i) {
    gaussian(&distances_[i * stride], padded(i), choice.gamma, kernel.data());
    for (std::size_t j = 0; j < i; ++j) entries[j] = static_cast<double>(kernel[j]);
    factor_.append(entries.data(), 1 + static_cast<double>(choice.noise / lesson_->weights[chosen_[i]]));
  }
  const std::vector<double> diagonal = factor_.inverse_diagonal();
  double sum = 0;
  for (std::size_t o = 0; o < lesson_->targets.rows(); ++o) {
    for (std::size_t i = 0; i < n; ++i) entries[i] = lesson_->targets(o, chosen_[i]);
    factor_.solve(entries.data());
    MeanSquare error;
    for (std::size_t i = 0; i < n; ++i) {
      error.add(entries[i] / diagonal[i], static_cast<double>(lesson_->weights[chosen_[i]]));
    }
    sum += error.value();
  }
  return sum / static_cast<double>(lesson_->targets.rows());
}

double KernelSearch::progress() const { return static_cast<double>(next_) / pairs; }

std::int64_t KernelSearch::cost() const {
  const auto n = static_cast<std::int64_t>(rows());
  return n * n * n / 2;
}

}  // namespace lodestone
