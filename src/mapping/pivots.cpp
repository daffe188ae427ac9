#include "mapping/pivots.hpp"

#include <algorithm>
#include <cmath>

#include "mapping/sums.hpp"

namespace lodestone {

namespace {

constexpr std::size_t most_candidates = 4096;

}  // namespace

Status Pivots::begin(const Array2<float>& inputs, float gamma, std::size_t most) {
  inputs_ = &inputs;
  gamma_ = gamma;
  most_ = most;
  const std::size_t count = std::min(inputs.rows(), most_candidates);
  candidates_.resize(count);
  for (std::size_t i = 0; i < count; ++i) candidates_[i] = i * inputs.rows() / count;
  chosen_.clear();
  unexplained_.assign(count, 1);
  auto packed = PackedRows::create(count, inputs.cols());
  auto columns = Array2<float>::create(most, padded(count));
  if (!packed || !columns) return packed ? columns.error() : packed.error();
  packed_ = std::move(*packed);
  columns_ = std::move(*columns);
  for (std::size_t i = 0; i < count; ++i) packed_.set(i, inputs.row(candidates_[i]));
  return {};
}

std::size_t Pivots::next() const {
  return static_cast<std::size_t>(std::max_element(unexplained_.begin(), unexplained_.end()) - unexplained_.begin());
}

bool Pivots::step() {
  if (chosen_.size() == most_) return false;
  const std::size_t pivot = next(), count = candidates_.size();
  float* const column = columns_.row(chosen_.size()).data();
  packed_.distances(inputs_->row(candidates_[pivot]).data(), count, column);
  gaussian(column, padded(count), gamma_, column);
  for (std::size_t j = 0; j < chosen_.size(); ++j) {
    const float* earlier = columns_.row(j).data();
    add_scaled(-earlier[pivot], earlier, column, padded(count));
  }
  const float scale = 1 / std::sqrt(std::max(unexplained_[pivot], 1e-6f));
  for (std::size_t i = 0; i < count; ++i) {
    column[i] = std::abs(column[i]) < 1e-9f ? 0 : column[i] * scale;
    if (unexplained_[i] >= 0) unexplained_[i] = std::max(unexplained_[i] - column[i] * column[i], 0.0f);
  }
  unexplained_[pivot] = -1;
  chosen_.push_back(pivot);
  return chosen_.size() < most_;
}

double Pivots::progress() const { return static_cast<double>(chosen_.size()) / static_cast<double>(most_); }

std::vector<std::size_t> Pivots::rows() const {
  std::vector<std::size_t> rows;
  for (const std::size_t candidate : chosen_) rows.push_back(candidates_[candidate]);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace lodestone
