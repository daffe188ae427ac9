#pragma once

#include <complex>

#include "lodestone/budget.hpp"
#include "lodestone/phase.hpp"

namespace lodestone {

/// Griffin-Lim (1984) and, with momentum, its fast form (Perraudin et al. 2013): inverse and forward transform over and
/// over, the magnitudes put back after each. A frame at a time and in place: the forward transform follows the inverse
/// as soon as samples are final, and by then the inverse no longer needs the frames that change.
class GriffinLim {
 public:
  /// `samples`: length of the signal, 0 where unknown. Signals too short for the framing are handled without padding.
  static Result<GriffinLim> create(const StftConfig& stft, std::uint64_t frames, std::uint64_t samples, bool momentum);

  void begin(const PhaseStage& stage);
  /// True when the stage is done.
  bool step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget);

  /// Cost of one iteration over one frame.
  std::int64_t frame_cost() const { return frame_cost_; }

 private:
  GriffinLim(InverseStftStream backward, StftStream forward)
      : backward_(std::move(backward)), forward_(std::move(forward)) {}

  void start_iteration();
  void analyse(std::span<const float> samples, Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes);
  void take_frames(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes);

  InverseStftStream backward_;
  StftStream forward_;
  Array2<std::complex<float>> previous_;  ///< the consistent spectrum of the iteration before; no rows without momentum
  PhaseStage stage_;
  std::uint64_t samples_ = 0;
  std::int64_t frame_cost_ = 0;
  int iteration_ = 0;
  std::size_t pushed_ = 0, taken_ = 0;
};

}  // namespace lodestone
