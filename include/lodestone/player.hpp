#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// How a model dreams.
struct DreamConfig {
  std::uint32_t seed = 0;
  Mode mode = Mode::window;
  double position = 0;    ///< where in the training sound the first impulse lies, 0 .. 1
  double randomness = 0;  ///< chance per frame of jumping to another impulse, 0 .. 1 (MAGNet's random_chance)
  /// A schedule of impulses (MAGNet's points and lengths): at position points[i] for lengths[i] frames, then the next,
  /// round and round. Both empty: only `position`. Equal in number; points 0 .. 1, lengths 1 .. 2^31−1.
  std::vector<double> points{};
  std::vector<int> lengths{};

  Status check() const;
};

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

struct PlayerConfig {
  DreamConfig dream;
  PhaseStreamConfig phase;
};

/// The live instrument: Dreamer → PhaseStream → overlap-add, a hop at a time. Mono. Real-time safe after `create`.
class Player {
 public:
  explicit Player(const Model& model, const PlayerConfig& config = {}) : Player(create(model, config).value()) {}
  /// Refused where the model's hop and window have no inverse STFT. Copies what it needs of `model`.
  static Result<Player> create(const Model& model, const PlayerConfig& config);
  Player(Player&&) noexcept;
  Player& operator=(Player&&) noexcept;
  ~Player();

  /// Fills `output` with the next samples; any length.
  void process(std::span<float> output);

  /// Starts the next hop.
  void begin();
  /// Goes on; true once `samples()` holds the next `hop` samples.
  bool step(Budget& budget);
  std::span<const float> samples() const;

  std::uint64_t reseeds() const;

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
