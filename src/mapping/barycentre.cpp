#include "mapping/barycentre.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace lodestone {

namespace {

constexpr double infinite = std::numeric_limits<double>::max();

/// Aligns two sequences by dynamic time warping.
class Warp {
 public:
  static Result<Warp> create(const Sequence& a, const Sequence& b) {
    auto steps = Array2<Step>::create(a.rows(), b.rows());
    auto costs = Buffer<double>::create(b.rows() + 1);
    if (!steps) return steps.error();
    if (!costs) return costs.error();
    Warp warp;
    warp.steps_ = std::move(*steps);
    warp.costs_ = std::move(*costs);
    warp.fill(a, b);
    return warp;
  }

  double cost() const { return costs_[costs_.size() - 1]; }

  /// Calls `pair(i, j)` for each pair of rows, the last first.
  template <class Pair>
  void for_each(Pair pair) const {
    for (std::size_t i = steps_.rows(), j = steps_.cols(); i > 0 && j > 0;) {
      pair(i - 1, j - 1);
      const Step step = steps_(i - 1, j - 1);
      i -= step != Step::other;
      j -= step != Step::own;
    }
  }

 private:
  /// Which sequence has moved on by a row before a pair: both, only `a` or only `b`.
  enum class Step : std::uint8_t { both, own, other };

  void fill(const Sequence& a, const Sequence& b) {
    std::fill(costs_.begin(), costs_.end(), infinite);
    costs_[0] = 0;
    for (std::size_t i = 0; i < a.rows(); ++i) {
      double diagonal = costs_[0];
      costs_[0] = infinite;
      for (std::size_t j = 0; j < b.rows(); ++j) {
        const double up = costs_[j + 1], left = costs_[j];
        const double least = std::min({diagonal, up, left});
        steps_(i, j) = diagonal == least ? Step::both : up == least ? Step::own : Step::other;
        costs_[j + 1] = least + static_cast<double>(squared_distance(a.row(i), b.row(j)));
        diagonal = up;
      }
    }
  }

  Array2<Step> steps_;
  Buffer<double> costs_;  ///< of aligning the rows of `a` so far with the first j of `b`
};

/// The sequence with the least total cost of aligning all others with it.
Result<Sequence> medoid(std::span<const Sequence> sequences) {
  Sequence best = sequences[0];
  double least = infinite;
  for (const Sequence& candidate : sequences) {
    double total = 0;
    for (const Sequence& other : sequences) {
      const auto cost = warped_distance(candidate, other);
      if (!cost) return cost.error();
      total += *cost;
    }
    if (total < least) {
      least = total;
      best = candidate;
    }
  }
  return best;
}

/// The rows of all sequences that are aligned with each row of their mean.
struct Aligned {
  Array2<double> sums;
  Buffer<double> counts;
  double cost = 0;

  void add(std::size_t i, std::span<const float> row) {
    for (std::size_t k = 0; k < row.size(); ++k) sums(i, k) += static_cast<double>(row[k]);
    ++counts[i];
  }
};

Result<Aligned> align(const Sequence& mean, std::span<const Sequence> sequences) {
  auto sums = Array2<double>::create(mean.rows(), mean.inputs);
  auto counts = Buffer<double>::create(mean.rows());
  if (!sums) return sums.error();
  if (!counts) return counts.error();
  Aligned aligned{std::move(*sums), std::move(*counts)};
  for (const Sequence& sequence : sequences) {
    const auto warp = Warp::create(mean, sequence);
    if (!warp) return warp.error();
    aligned.cost += warp->cost();
    warp->for_each([&](std::size_t i, std::size_t j) { aligned.add(i, sequence.row(j)); });
  }
  return aligned;
}

}  // namespace

Result<double> warped_distance(const Sequence& a, const Sequence& b) {
  const auto warp = Warp::create(a, b);
  if (!warp) return warp.error();
  return warp->cost();
}

Result<Array2<float>> barycentre(std::span<const Sequence> sequences, int rounds) {
  const auto start = medoid(sequences);
  if (!start) return start.error();
  auto mean = Array2<float>::create(start->rows(), start->inputs);
  if (!mean) return mean.error();
  std::copy(start->values.begin(), start->values.end(), mean->data());
  double before = infinite;
  for (int round = 0; round < rounds; ++round) {
    const auto aligned = align({mean->all(), mean->cols()}, sequences);
    if (!aligned) return aligned.error();
    if (aligned->cost >= before) break;
    before = aligned->cost;
    for (std::size_t i = 0; i < mean->rows(); ++i) {
      for (std::size_t k = 0; k < mean->cols(); ++k) {
        (*mean)(i, k) = static_cast<float>(aligned->sums(i, k) / aligned->counts[i]);
      }
    }
  }
  return mean;
}

}  // namespace lodestone
