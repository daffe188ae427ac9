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

/// Dreams magnitude frames: a network fed with its own predictions, which are clamped at 0 and kept finite. It starts
/// from frames of the training sound and can jump to others; a model without training frames starts from silence. When
/// the network dies (a second of frames that are silent, far too loud or unchanging), it jumps to a random place, or
/// starts again from silence, and counts a reseed.
///
/// Real-time safe after `create`, except for `make_room`; call from one thread only.
class Dreamer {
 public:
  /// Copies what it needs from `model`.
  static Result<Dreamer> create(const ModelView& model, const DreamConfig& config);
  /// Stateful mode takes less memory, but then set_mode has no effect.
  static Result<Dreamer> create(LiveModel model, const DreamConfig& config);
  Dreamer(Dreamer&&) noexcept;
  Dreamer& operator=(Dreamer&&) noexcept;
  ~Dreamer();

  /// Starts the next frame with the configured settings.
  void begin();
  /// Starts the next hop, with controls that replace the configured position, randomness, temperature, points and
  /// lengths. `driver`: the incoming sound's magnitudes `[bins]`, or empty; a group is driven by the newest group of
  /// them.
  void begin(const DreamControls& controls, std::span<const float> driver = {});
  /// Continues; true once `frame()` holds the result of this hop. With a silent start, a jump takes `sequence` times
  /// the work of any other frame.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process();
  std::span<const float> process(const DreamControls& controls, std::span<const float> driver = {});
  /// Works ahead: a model with groups of frames predicts the next group while it plays one. Continues this hop's share;
  /// true once that is done. What is left out here is done by `step` once it is due, with the same result.
  bool ahead(Budget& budget);
  /// What is heard in this hop `[bins]`: linear magnitudes, finite and ≥ 0. Valid until the next `begin`.
  std::span<const float> frame() const;

  /// The next hop jumps to this position (clamped to 0 .. 1; NaN: 0).
  void trigger(double position);
  /// The next hop starts over, as after `create` with this seed; during a swap, with the new model.
  void reset(std::uint32_t seed);
  /// Takes effect with the next dreamed frame; see Predictor::set_mode.
  void set_mode(Mode mode);

  /// Allocates memory for a second model of the same shape and size, unless it already exists. Not real-time safe.
  Status make_room();
  /// Where to write the bytes of the second model, which must have the same shape and at most as many training frames.
  /// They may be written in pieces between hops. Empty before `make_room` and during a swap.
  std::span<std::byte> spare();
  /// Starts the swap to the model in `spare`: its network first reads the same input as the current one for `sequence`
  /// frames, which costs up to twice as much; then the dream crossfades to it over 8 frames. A jump during the swap
  /// switches to the new model at once. Returns false, and does nothing, if `spare` is empty or does not hold such a
  /// model.
  bool swap();
  bool swapping() const;

  /// The model that is currently heard.
  const LiveModel& model() const;
  /// How often the network has died and was restarted. Frames with at least half of their input from `pull` or `drive`
  /// are not counted as signs of death.
  std::uint64_t reseeds() const;
  /// The approximate cost of the current hop, and of its share of what is worked ahead, in the units of Budget.
  std::int64_t cost() const;
  std::int64_t ahead_cost() const;

 private:
  struct Engine;
  explicit Dreamer(std::unique_ptr<Engine> engine);
  std::span<const float> finish();
  std::unique_ptr<Engine> engine_;
};

/// The live instrument: dream → shaper → phases → overlap-add → output sample rate. Mono. Real-time safe after
/// `create`, except for `make_room`; call from one thread only. The samples are bit-identical for any block length.
class Player {
 public:
  explicit Player(const ModelView& model, const PlayerConfig& config = {}) : Player(create(model, config).value()) {}
  /// Copies what it needs from `model`. Refused if its hop and window have no inverse STFT.
  static Result<Player> create(const ModelView& model, const PlayerConfig& config);
  static Result<Player> create(LiveModel model, const PlayerConfig& config);
  Player(Player&&) noexcept;
  Player& operator=(Player&&) noexcept;
  ~Player();

  /// May be written at any time; read at the start of each hop.
  PlayerControls& controls();

  /// Fills `output`, of any length, with the next samples. `input`: the sound that drives the dream, of the same length
  /// or empty; NaN and Inf count as 0.
  void process(std::span<const float> input, std::span<float> output);
  void process(std::span<float> output) { process({}, output); }

  /// Plays a note: at the next hop the dream jumps to `position` (0 .. 1) and sounds `pitch` semitones higher (−24 ..
  /// 24, added to `controls().pitch`) until the next note.
  void trigger(double position, double pitch);
  /// At the next hop the dream starts again from this seed, while the current sound rings out.
  void reset(std::uint32_t seed);

  /// As in Dreamer: swaps to another model while playing. `make_room` is not real-time safe.
  Status make_room();
  std::span<std::byte> spare();
  bool swap();

  /// For slow machines. 0: as created; 1: one iteration of LWS; 2: stateful mode as well.
  void set_quality(int level);

  const PlayerMeter& meter();

 private:
  struct Engine;
  explicit Player(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Generates a whole sound, in slices: dreams all frames, then reconstructs their phases, then overlap-adds. The phases
/// are better than those of a Player, which cannot look ahead. Not for the audio thread.
class Generation {
 public:
  /// `seconds`: above 0, at most a day. Refused if there is not enough memory.
  static Result<Generation> create(const ModelView& model, const DreamConfig& dream, const PhaseConfig& phase,
                                   double seconds);
  Generation(Generation&&) noexcept;
  Generation& operator=(Generation&&) noexcept;
  ~Generation();

  /// Works for a few milliseconds; true when the sound is ready; an error if memory runs out.
  Result<bool> step();
  double progress() const;  ///< 0 .. 1
  std::uint64_t reseeds() const;
  /// The finished sound, round(seconds · sample rate) samples. Peaks above full scale are kept.
  const Buffer<float>& samples() const;
  /// The dreamed frames; empty once phase reconstruction has begun.
  const Magnitudes& frames() const;

 private:
  struct Engine;
  explicit Generation(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Runs a whole Generation in one call.
Result<Buffer<float>> generate(const ModelView& model, const DreamConfig& dream, const PhaseConfig& phase,
                               double seconds);

}  // namespace lodestone
