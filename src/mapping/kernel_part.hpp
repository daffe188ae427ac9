#pragma once

#include <vector>

#include "mapping/inverse_factor.hpp"
#include "mapping/lesson.hpp"
#include "mapping/packed_rows.hpp"

namespace lodestone {

/// The most rows that a model keeps.
inline constexpr std::size_t kMostKernelRows = 1024;

/// The mean and the variance of a Gaussian process with the kernel exp(−gamma·|x − x'|²) at standardised inputs
/// (Rasmussen & Williams 2006, algorithm 2.1): mean = Σ weight·k, variance = 1 − |W·k|² with W as in InverseFactor.
class KernelPart : public Part {
 public:
  PartKind kind() const override { return PartKind::kernel; }
  void archive(Archive& archive) override;
  Status prepare(const MappingShape& shape) override;
  void reset() override;
  void run(Live& live) override;

  Task task;
  float gamma = 0;
  Array2<float> rows;           ///< `[rows, task inputs]`
  Array2<float> noise;          ///< `[1, rows]`, the variance of each row's targets
  Array2<float> weights;        ///< `[task outputs, padded rows]`, zero in the padding
  std::vector<double> offsets;  ///< of the outputs
  Array2<float> inverse;        ///< W `[1, …]`, rows as in InverseFactor; computed if it is missing

  /// In how many calls the variance is computed.
  std::size_t slices = 16;

 private:
  Status check(const MappingShape& shape) const;
  Status invert();
  /// The share of the variance that belongs to this call.
  void add_variance();

  PackedRows packed_;
  Buffer<float> point_, distances_, kernel_;
  Buffer<float> earlier_;  ///< the kernel whose variance is being computed
  std::size_t slice_ = 0, next_row_ = 0;
  float known_ = 0;  ///< |W·k|² so far
  float certainty_ = 0;
};

/// The rows of W as floats, tiny values as 0.
Result<Array2<float>> rounded(const InverseFactor& factor);

/// Row n of the kernel matrix: the kernel between a point and the first rows, as numbers for InverseFactor::append.
/// `distances` and `to` have room for a multiple of four.
void kernel_row(const PackedRows& rows, std::size_t count, const float* point, float gamma, float* distances,
                double* to);

}  // namespace lodestone
