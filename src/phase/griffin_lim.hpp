#pragma once

#include <complex>

#include "errors/first_error.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/phase.hpp"
#include "phase/projection.hpp"

namespace lodestone {

/// Griffin-Lim (1984) and, with momentum, its fast variant (Perraudin et al. 2013): alternates inverse and forward
/// transforms, restoring the magnitudes after each. Works frame by frame and in place.
class GriffinLim {
 public:
  explicit GriffinLim(Projection projection) : projection_(std::move(projection)) {}
  void prepare(const StftConfig& stft, std::uint64_t frames, bool momentum, FirstError& error);

  void begin(const PhaseStage& stage);
  /// True when the stage is done.
  bool step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget);

  /// The cost of one iteration over one frame.
  std::int64_t frame_cost() const { return frame_cost_; }

 private:
  void take(std::size_t number, std::span<const std::complex<float>> consistent, std::span<const float> sizes,
            std::span<std::complex<float>> frame);

  Projection projection_;
  Array2<std::complex<float>> previous_;  ///< the previous iteration's consistent spectrum; no rows without momentum
  Buffer<std::complex<float>> target_;    ///< the frame whose phases are used
  PhaseStage stage_;
  std::int64_t frame_cost_ = 0;
  int iteration_ = 0;
  std::size_t pushed_ = 0;
};

}  // namespace lodestone
