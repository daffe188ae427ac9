#include "mapping/history.hpp"

#include <utility>

namespace lodestone {

namespace {

std::size_t rows_of(const std::vector<Entry>& entries) {
  std::size_t rows = 0;
  for (const Entry& entry : entries) rows += entry.rows();
  return rows;
}

/// Rows that are in the list no more. A change of weight has the same take on both sides.
std::size_t removed_rows(const std::vector<Splice>& splices) {
  std::size_t rows = 0;
  for (const auto& [at, removed, inserted] : splices) rows += inserted.empty() ? rows_of(removed) : 0;
  return rows;
}

}  // namespace

std::size_t TakeList::rows() const { return rows_of(entries_); }

void TakeList::replace(std::size_t at, const std::vector<Entry>& old, const std::vector<Entry>& by) {
  const auto place = entries_.begin() + static_cast<std::ptrdiff_t>(at);
  const auto next = entries_.erase(place, place + static_cast<std::ptrdiff_t>(old.size()));
  entries_.insert(next, by.begin(), by.end());
}

void TakeList::change(std::vector<Splice> splices) {
  changes_.resize(done_);
  for (const auto& [at, removed, inserted] : splices) replace(at, removed, inserted);
  changes_.push_back(std::move(splices));
  ++done_;
}

bool TakeList::undo() {
  if (done_ == 0) return false;
  const std::vector<Splice>& splices = changes_[--done_];
  for (std::size_t i = splices.size(); i-- > 0;) replace(splices[i].at, splices[i].inserted, splices[i].removed);
  return true;
}

bool TakeList::redo() {
  if (done_ == changes_.size()) return false;
  for (const auto& [at, removed, inserted] : changes_[done_]) replace(at, removed, inserted);
  ++done_;
  return true;
}

void TakeList::forget(std::size_t most_rows) {
  std::size_t rows = 0, first = done_;
  while (first > 0 && (rows += removed_rows(changes_[first - 1])) <= most_rows) --first;
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(first));
  done_ -= first;
}

}  // namespace lodestone
