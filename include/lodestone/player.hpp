#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/dream_controls.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// What is heard while the network is fed the frames of the training sound that a dream starts from.
enum class Start {
  /// Nothing: the first frame is the one that the network predicts after a window of `sequence` training frames.
  silent,
  /// The training sound itself, as in a Player. From the place of the jump on, R = ⌈(sequence + 1) / 2⌉ of its frames
  /// are heard. With each, the network is fed a share of the frames that lead up to the last of them, so that every
  /// frame costs about the same (in stateful mode: twice as much). At the end of the training sound it starts over.
  audible,
};

/// How a model dreams.
struct DreamConfig {
  std::uint32_t seed = 0;
  Mode mode = Mode::window;
  Start start = Start::silent;
  double position = 0;     ///< 0 .. 1, where in the training sound the dream starts
  double randomness = 0;   ///< 0 .. 1, chance per frame of a jump (MAGNet's random_chance)
  double temperature = 0;  ///< 0 .. 4, see DreamControls
  /// A schedule of jumps (MAGNet's points and lengths): to position points[i] for lengths[i] frames, then to the next
  /// one, round and round. Both empty: only `position`. Equal in number; points 0 .. 1, lengths 1 .. 2^31−1.
  std::vector<double> points{};
  std::vector<int> lengths{};

  Status check() const;
};

/// Dreams magnitude frames: a network that is fed its own predictions, clamped at 0 and kept finite. It starts from
/// frames of the training sound and can jump to others; a model without training frames starts from silence. When the
/// network dies (a second of silence, of far too loud or of unchanging frames), it jumps to a random place, or starts
/// from silence again, and counts that.
///
/// Real-time safe after `create`, but for `make_room`; all calls from one thread.
class Dreamer {
 public:
  /// Copies what it needs of `model`.
  static Result<Dreamer> create(const Model& model, const DreamConfig& config);
  /// In stateful mode there is less memory and set_mode has no effect.
  static Result<Dreamer> create(LiveModel model, const DreamConfig& config);
  Dreamer(Dreamer&&) noexcept;
  Dreamer& operator=(Dreamer&&) noexcept;
  ~Dreamer();

  /// Starts the next frame, as configured.
  void begin();
  /// Starts the next hop with knobs in place of the configured position, randomness, temperature, points and lengths.
  /// `driver`: the incoming sound's magnitudes `[bins]`, or empty; they are read until the hop is done.
  void begin(const DreamControls& controls, std::span<const float> driver = {});
  /// Goes on; true once `frame()` is that of this hop. With a silent start, a jump takes `sequence` times the work of
  /// another frame.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process();
  std::span<const float> process(const DreamControls& controls, std::span<const float> driver = {});
  /// What is heard in this hop `[bins]`: linear magnitudes, finite and ≥ 0. Valid until the next `begin`.
  std::span<const float> frame() const;

  /// The next hop jumps to that position, 0 .. 1 (beyond: the nearer end, NaN: 0).
  void trigger(double position);
  /// The next hop starts again, as after `create` with this seed; during a swap, with the new model.
  void reset(std::uint32_t seed);
  /// From the next dreamed frame on, see Predictor::set_mode.
  void set_mode(Mode mode);

  /// Takes memory for a second model of the same shape and size, if it has not been taken. Not real-time safe.
  Status make_room();
  /// Where the bytes of that model go: of the same shape, with at most as many training frames as the first model. May
  /// be written in pieces between hops. Empty before `make_room` and during a swap.
  std::span<std::byte> spare();
  /// Begins to swap to the model in `spare`: its network listens to what the other one is fed for `sequence` frames,
  /// which costs up to twice as much; then the dream fades over to it within 8 frames. A jump during the swap goes to
  /// the new model at once. False, and nothing happens, if `spare` is empty or holds no such model.
  bool swap();
  bool swapping() const;

  /// The model that is heard.
  const LiveModel& model() const;
  /// How often the network has died and was started again. Frames that are fed half or more from `pull` or `drive` are
  /// not counted as signs of death.
  std::uint64_t reseeds() const;
  /// About what the hop begun last costs, in the units of Budget.
  std::int64_t cost() const;

 private:
  struct Engine;
  explicit Dreamer(std::unique_ptr<Engine> engine);
  std::span<const float> finish();
  std::unique_ptr<Engine> engine_;
};

/// The knobs of a player: nine consecutive floats. Values outside a range count as its nearer end, NaN as the default.
struct PlayerControls : DreamControls {
  float pitch = 0;       ///< −24 .. 24 semitones, to within half a bin
  float brightness = 0;  ///< −24 .. 24 dB per octave, 0 dB at 1 kHz
  float smoothing = 0;   ///< 0 .. 1: share of the previous frame in each frame; 1 holds it
};

struct PlayerConfig {
  std::uint32_t seed = 0;
  Mode mode = Mode::window;
  PhaseStreamConfig phase{};
  double sample_rate = 0;  ///< of the output and input in Hz, 8000 .. 768000; 0: the model's
  /// Whether the work of a hop is spread evenly over the time of a hop, which delays the output by a hop. Hops of up to
  /// 128 samples, the usual quantum of audio threads, are never spread.
  bool spread = true;
};

/// Output samples from a change of a control to its effect, without `smoothing`.
struct Latency {
  double min;   ///< to the first sample that may change, if the change comes just before a hop
  double max;   ///< the same, if it comes just after a hop has begun
  double half;  ///< to half of the effect, in that worst case
};

/// The state of a player.
struct PlayerMeter {
  Latency latency;
  double reseeds;   ///< how often the network has died and was started again
  double scrubs;    ///< samples that were not finite and were set to 0
  double quality;   ///< the level of `set_quality`
  double hops;      ///< frames played
  double swapping;  ///< 1 during a swap to another model
};

/// The live instrument: dream → shaper → phases → overlap-add → the output's sample rate. Mono. Real-time safe after
/// `create`, but for `make_room`; all calls from one thread. Blocks of any lengths give the same samples, to the bit.
class Player {
 public:
  explicit Player(const Model& model, const PlayerConfig& config = {}) : Player(create(model, config).value()) {}
  /// Refused if the model's hop and window have no inverse STFT. Copies what it needs of `model`.
  static Result<Player> create(const Model& model, const PlayerConfig& config);
  static Result<Player> create(LiveModel model, const PlayerConfig& config);
  Player(Player&&) noexcept;
  Player& operator=(Player&&) noexcept;
  ~Player();

  /// May be written at any time; read at the start of each hop.
  PlayerControls& controls();

  /// Fills `output`, of any length, with the next samples. `input`: the sound that drives the dream, as many samples or
  /// none; NaN and Inf count as 0.
  void process(std::span<const float> input, std::span<float> output);
  void process(std::span<float> output) { process({}, output); }

  /// A note: with the next hop the dream jumps to `position`, 0 .. 1, and sounds `pitch` semitones higher (−24 .. 24,
  /// added to `controls().pitch`) until the next note.
  void trigger(double position, double pitch);
  /// With the next hop the dream starts again from that seed; the present sound rings out.
  void reset(std::uint32_t seed);

  /// As Dreamer's, to swap to another model while playing. Not real-time safe.
  Status make_room();
  std::span<std::byte> spare();
  bool swap();

  /// For machines that are too slow. 1: one iteration of LWS; 2: stateful mode as well; 0: as created.
  void set_quality(int level);

  const PlayerMeter& meter();

 private:
  struct Engine;
  explicit Player(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// A whole sound, a slice at a time: dreams all frames, then finds their phases, then overlap-adds. The phases are
/// better than a Player's, which cannot look ahead. Not for the audio thread.
class Generation {
 public:
  /// `seconds`: above 0, at most a day. Refused if the memory for all of it cannot be had.
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
