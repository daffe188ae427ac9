#include "mapping/spring.hpp"

#include <algorithm>

namespace lodestone {

Result<Spring> Spring::create(const Sequence& sequence) {
  auto cells = Buffer<Cell>::create(sequence.rows() + 1);
  if (!cells) return cells.error();
  Spring spring;
  spring.sequence_ = sequence;
  spring.cells_ = std::move(*cells);
  spring.reset();
  return spring;
}

void Spring::push(std::span<const float> row) {
  // In the order of the recurrence's minimum: a tie goes to the row before in the sequence, then in the stream.
  Cell diagonal = cells_[0], before = {0.0f, now_};
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    const Cell above = cells_[i];
    Cell least = before;
    if (above.cost < least.cost) least = above;
    if (diagonal.cost < least.cost) least = diagonal;
    least.cost = std::min(never, least.cost + squared_distance(row, sequence_.row(i - 1)));
    diagonal = above;
    cells_[i] = before = least;
  }
  cells_[0].first = now_++;
  if (!is_decided()) consider_end();
}

void Spring::consider_end() {
  const Cell& end = cells_[size()];
  if (end.cost <= threshold_ && end.cost < best_.cost) best_ = {end.cost, end.first, now_ - 1};
}

bool Spring::is_decided() const {
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    if (cells_[i].cost < best_.cost && cells_[i].first <= best_.last) return false;
  }
  return best_.cost < never;
}

void Spring::forget(std::uint32_t last) {
  if (best_.first <= last) best_ = {never, 0, 0};
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    if (cells_[i].first <= last) cells_[i].cost = never;
  }
  consider_end();
}

void Spring::reset() {
  std::fill(cells_.begin(), cells_.end(), Cell{never, 0});
  cells_[0].cost = 0;
  best_ = {never, 0, 0};
  now_ = 0;
}

}  // namespace lodestone
