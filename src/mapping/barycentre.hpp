#pragma once

#include "lodestone/array.hpp"
#include "mapping/sequence.hpp"

namespace lodestone {

/// The mean of sequences under dynamic time warping: DBA (Petitjean, Ketterlin & Gançarski 2011). Starts from the
/// sequence that is closest to the others, whose length it keeps, and ends after `rounds` or when nothing improves.
/// `sequences`: at least one, each of at least one row.
Result<Array2<float>> barycentre(std::span<const Sequence> sequences, int rounds = 10);

/// The cost of the best alignment of two whole sequences, Σ of the squared distances of paired rows.
Result<double> warped_distance(const Sequence& a, const Sequence& b);

}  // namespace lodestone
