#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/dream_controls.hpp"
#include "lodestone/facts/dream.hpp"
#include "lodestone/facts/player.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Dreams magnitude frames: the network fed with its own predictions, clamped at 0 and kept finite. Starts from an
/// impulse, a window of training frames, or from silence where the model has none (then there is nothing to jump to).
/// When the network falls silent, blows up or sticks for a second, it starts again, from another impulse or from
/// silence, and counts that. Real-time safe after `create`.
class Dreamer {
 public:
  /// Copies what it needs of `model`.
  static Result<Dreamer> create(const Model& model, const DreamConfig& config);
  Dreamer(Dreamer&&) noexcept;
  Dreamer& operator=(Dreamer&&) noexcept;
  ~Dreamer();

  /// Starts the next frame.
  void begin();
  /// Goes on; true once `frame()` is the next frame. A jump takes `sequence` times the work of another frame.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process();
  /// The newest frame `[bins]`: linear magnitudes, finite and ≥ 0.
  std::span<const float> frame() const;

  /// How often the network had to be started again.
  std::uint64_t reseeds() const;

 private:
  struct Engine;
  explicit Dreamer(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// The live instrument: dream → shaper → phases → overlap-add → the output's sample rate. Mono. After `create` nothing
/// allocates or fails; all calls come from one thread, as a rule the audio thread. The samples are the same bits
/// whatever the lengths of the blocks.
class Player {
 public:
  explicit Player(const Model& model, const PlayerConfig& config = {}) : Player(create(model, config).value()) {}
  /// Refused where the model's hop and window have no inverse STFT. Copies what it needs of `model`.
  static Result<Player> create(const Model& model, const PlayerConfig& config);
  static Result<Player> create(LiveModel model, const PlayerConfig& config);
  Player(Player&&) noexcept;
  Player& operator=(Player&&) noexcept;
  ~Player();

  /// To be written at any time; read at the start of each hop.
  PlayerControls& controls();

  /// Fills `output` with the next samples; any length. `input`: the sound that drives the dream, as many samples, or
  /// none; NaN and Inf count as 0.
  void process(std::span<const float> input, std::span<float> output);
  void process(std::span<float> output) { process({}, output); }

  /// A note: with the next hop the dream jumps to `position`, 0 .. 1, and sounds from there `pitch` semitones higher
  /// (−24 .. 24, beside `controls().pitch`) until the next note.
  void trigger(double position, double pitch);
  /// With the next hop the dream begins anew from that seed; what sounds rings out.
  void reset(std::uint32_t seed);

  /// Where the bytes of another model go, in pieces of any size between calls, before `swap`: of the same shape, with
  /// at most as many training frames as the first one. Empty while a swap is going on.
  std::span<std::byte> spare();
  /// Goes over to the model in `spare`: it listens for `sequence` frames, which cost up to twice as much, then the
  /// dream fades over to it. False, and nothing happens, where `spare` is empty or does not hold such a model.
  bool swap();

  /// Spends less where a machine is too slow: 1: one iteration of LWS; 2: the stateful mode besides; 0: as created.
  void set_quality(int level);

  const PlayerMeter& meter();

 private:
  struct Engine;
  explicit Player(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// A whole sound, a slice at a time: dreams all frames, then finds their phases, then overlap-adds. Better phases than
/// Player, which cannot look ahead. Not for the audio thread.
class Generation {
 public:
  /// `seconds`: above 0; the memory that it needs is refused beforehand where it cannot be had.
  static Result<Generation> create(const Model& model, const DreamConfig& dream, const PhaseConfig& phase,
                                   double seconds);
  Generation(Generation&&) noexcept;
  Generation& operator=(Generation&&) noexcept;
  ~Generation();

  /// Works for some milliseconds; true when the sound is ready; an error where memory ran out.
  Result<bool> step();
  double progress() const;  ///< 0 .. 1
  std::uint64_t reseeds() const;
  /// The finished sound, round(seconds · sample rate) samples. Peaks above full scale are not touched.
  const Buffer<float>& samples() const;
  /// The dreamed frames, before phase reconstruction; empty once that has begun.
  const Magnitudes& frames() const;

 private:
  struct Engine;
  explicit Generation(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// All of a Generation at once.
Result<Buffer<float>> generate(const Model& model, const DreamConfig& dream, const PhaseConfig& phase, double seconds);

}  // namespace lodestone
