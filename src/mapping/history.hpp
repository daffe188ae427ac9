#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "lodestone/mapping.hpp"

namespace lodestone {

/// A take in the list, shared with the changes that refer to it.
struct Entry {
  std::shared_ptr<const Take> take;
  float weight;

  std::size_t rows() const { return take->inputs.rows(); }
};

/// Replaces some neighbouring entries by others.
struct Splice {
  std::size_t at;
  std::vector<Entry> removed, inserted;
};

/// A list of takes and how it came about.
class TakeList {
 public:
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t rows() const;

  /// Makes a change of one or two splices, one after another; what was undone before is forgotten.
  void change(std::vector<Splice> splices);
  bool undo();
  bool redo();
  /// Forgets the oldest changes until the takes that only changes refer to have at most so many rows.
  void forget(std::size_t most_rows);
  void forget_all() {
    changes_.clear();
    done_ = 0;
  }

 private:
  void replace(std::size_t at, const std::vector<Entry>& old, const std::vector<Entry>& by);

  std::vector<Entry> entries_;
  std::vector<std::vector<Splice>> changes_;
  std::size_t done_ = 0;  ///< changes that are not undone
};

}  // namespace lodestone
