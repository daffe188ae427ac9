#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/facts/phase.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Ready-made lists: `speech` and `music` (as the authors of LWS name them), `best` (the highest consistency for its
/// cost), `fast` (decent for little), `griffin-lim` (100 iterations, momentum 0.99), `pghi`, `spsi`; docs/phase.md has
/// their figures. False if there is none of that name.
bool phase_preset(std::string_view name, PhaseConfig& config);
/// The names that `phase_preset` knows, best first.
std::span<const std::string_view> phase_presets();
/// The same for streams: `live`, `light`, `smooth`, `spsi`.
bool phase_stream_preset(std::string_view name, PhaseStreamConfig& config);

/// Phases for whole signals, a slice at a time, so that a caller can show progress and stop. Not for the audio thread.
class Reconstruction {
 public:
  /// Takes the magnitudes: at least one frame, 0 .. 1e15, what is below 1e-20 counts as 0. `start`, where given, is the
  /// complex start `[frames, bins]`: its phases, the magnitudes' sizes. Refused besides: a hop and window that have no
  /// inverse; for LWS more than 64 windows that overlap; a start of another shape or that is not finite.
  static Result<Reconstruction> create(Magnitudes magnitudes, const PhaseConfig& config,
                                       const Spectrum* start = nullptr);
  Reconstruction(Reconstruction&&) noexcept;
  Reconstruction& operator=(Reconstruction&&) noexcept;
  ~Reconstruction();

  /// Works for some milliseconds; true when all stages are done.
  bool step();
  /// 0 .. 1 by estimated cost.
  double progress() const;
  /// The spectrum so far; |S| equals the magnitudes to 1e-5.
  const Spectrum& spectrum() const;
  /// Hands the spectrum over; the object is empty afterwards.
  Spectrum take() &&;

 private:
  struct Engine;
  explicit Reconstruction(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// All of a Reconstruction at once.
Result<Spectrum> reconstruct(Magnitudes magnitudes, const PhaseConfig& config, const Spectrum* start = nullptr);

/// How far a spectrum is from being that of a signal: 20·log10(‖S‖ / ‖STFT(ISTFT(S)) − S‖) in dB, higher is better
/// (Le Roux et al. 2010a); infinite where they agree to the bit. The oracle of every figure about phase quality. With
/// framing `lws` the signal counts with its zeros to a multiple of the hop, as the authors measure.
Result<double> consistency(const Spectrum& spectrum);

/// One magnitude frame in, one complex frame out `look_ahead` frames later. Real-time safe after `create`.
///
/// LWS online starts at A + 0i, pads on the left with copies of the first frame and not on the right. With these
/// definitions and a given level it is identical to the bit to `reconstruct_like_stream` over the whole signal. SPSI
/// has no delay.
class PhaseStream {
 public:
  static Result<PhaseStream> create(const StftConfig& stft, const PhaseStreamConfig& config);
  PhaseStream(PhaseStream&&) noexcept;
  PhaseStream& operator=(PhaseStream&&) noexcept;
  ~PhaseStream();

  /// Forgets all frames.
  void reset();
  /// From the next frame on: as many iterations of LWS online, 0 .. those of the configuration.
  void set_iterations(int iterations);
  /// Takes the next magnitude frame `[bins]`, 0 .. 1e15; larger ones count as 1e15, negative ones and NaN as 0.
  void begin(std::span<const float> magnitudes);
  /// Goes on with the frame; true once `frame()` holds what has become final.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const std::complex<float>> process(std::span<const float> magnitudes);
  /// The next of the last `look_ahead` frames, once no more magnitudes come; empty when there is none. Then `reset`.
  std::span<const std::complex<float>> flush();
  /// The frame that became final, `[bins]`; empty while fewer than `look_ahead` + 1 frames have come.
  std::span<const std::complex<float>> frame() const;

  /// Largest cost of one frame in the units of Budget.
  std::int64_t cost() const;

 private:
  struct Engine;
  explicit PhaseStream(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Over a whole signal what PhaseStream gives frame by frame.
Result<Spectrum> reconstruct_like_stream(const Magnitudes& magnitudes, const PhaseStreamConfig& config);

}  // namespace lodestone
