#pragma once

#include <cstdint>

#include "lodestone/array.hpp"
#include "mapping/sequence.hpp"

namespace lodestone {

/// A stretch of the stream that resembles the sequence: rows first .. last.
struct Match {
  float cost;
  std::uint32_t first, last;
};

/// Spots a sequence in a stream by subsequence dynamic time warping: SPRING (Sakurai, Faloutsos & Yamamuro 2007). The
/// cost of an alignment is the sum of squared distances of the rows that it pairs.
class Spring {
 public:
  /// A cost that no alignment reaches.
  static constexpr float never = 1e30f;

  /// The sequence, of at least one row, must outlive the object.
  static Result<Spring> create(const Sequence& sequence);

  /// Rows of the sequence.
  std::size_t size() const { return sequence_.rows(); }

  /// Matches that cost more are none.
  void set_threshold(float cost) { threshold_ = cost; }
  float threshold() const { return threshold_; }

  /// Takes the next row of the stream. Does not allocate.
  void push(std::span<const float> row);

  /// The least cost of an alignment of the sequence's first `rows` rows, at least one, with a stretch of the stream
  /// that ends at its last row.
  float cost(std::size_t rows) const { return cells_[rows].cost; }
  /// The first row of that stretch.
  std::uint32_t first(std::size_t rows) const { return cells_[rows].first; }

  /// The best match that has not been forgotten; its cost is `never` if there is none.
  const Match& best() const { return best_; }
  /// Whether there is a match and no alignment under way can become a better one in its place. It must then be
  /// forgotten before the next row.
  bool is_decided() const;
  /// Forgets every match and alignment that begins at row `last` or before.
  void forget(std::uint32_t last);
  /// Starts again with an empty stream.
  void reset();

 private:
  struct Cell {
    float cost;
    std::uint32_t first;
  };

  void consider_end();

  Sequence sequence_;
  Buffer<Cell> cells_;  ///< after the last row of the stream; cell 0, before the sequence, costs nothing
  float threshold_ = never;
  std::uint32_t now_ = 0;  ///< the next row's number
  Match best_ = {never, 0, 0};
};

}  // namespace lodestone
