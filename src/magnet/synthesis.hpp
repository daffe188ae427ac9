#pragma once

#include "lodestone/player.hpp"
#include "magnet/shaper.hpp"

namespace lodestone {

/// Synthesises sound hop by hop, each in slices: dream → shaper → phases → overlap-add.
class Synthesis {
 public:
  static Result<std::unique_ptr<Synthesis>> create(Dreamer dreamer, const PhaseStreamConfig& config);

  /// Starts the next hop. `pitch` in semitones, added to that of the controls; `drive`: `[bins]` or empty.
  void begin(const PlayerControls& controls, float pitch, std::span<const float> drive);
  /// Continues; true once `samples()` holds this hop.
  bool step(Budget& budget);
  /// The newest hop, `[hop]`; silence before the first. The sound fades in with the first window.
  std::span<const float> samples() const { return samples_; }

  /// The cost of the current hop without its phases, and the largest cost of phases, in the units of Budget.
  std::int64_t cost() const;
  std::int64_t phase_cost() const;
  const StftConfig& stft() const { return inverse_.config(); }
  Dreamer& dreamer() { return dreamer_; }
  PhaseStream& phase() { return phase_; }

 private:
  enum class Stage { dream, shape, phase, overlap_add, done };

  Synthesis(Dreamer dreamer, PhaseStream phase, InverseStftStream inverse);
  void overlap_add(std::span<const std::complex<float>> frame);

  Dreamer dreamer_;
  Shaper shaper_;
  PhaseStream phase_;
  InverseStftStream inverse_;
  Buffer<std::complex<float>> silence_;
  Stage stage_ = Stage::done;
  PlayerControls controls_;
  float pitch_ = 0;
  std::span<const float> samples_;
};

}  // namespace lodestone
