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

/// Presets: `speech` and `music` (the names used by the authors of LWS), `best` (the highest consistency for its cost),
/// `fast` (decent at a low cost), `griffin-lim` (100 iterations, momentum 0.99), `pghi`, `spsi`; docs/phase.md compares
/// them. False if the name is unknown.
bool phase_preset(std::string_view name, PhaseConfig& config);
/// The names that `phase_preset` accepts, best first.
std::span<const std::string_view> phase_presets();
/// The same for streams: `live`, `light`, `smooth`, `spsi`.
bool phase_stream_preset(std::string_view name, PhaseStreamConfig& config);

/// Phase reconstruction for whole signals, in slices, so that a caller can show progress and stop. Not for the audio
/// thread.
class Reconstruction {
 public:
  /// Takes the magnitudes: at least one frame, values 0 .. 1e15, those below 1e-20 count as 0. `start` (optional): a
  /// complex spectrum `[frames, bins]` whose phases to start from. Also refused: a hop and window without an inverse
  /// STFT; for LWS, more than 64 overlapping windows; a start that has another shape or is not finite.
  static Result<Reconstruction> create(Magnitudes magnitudes, const PhaseConfig& config,
                                       const Spectrum* start = nullptr);
  Reconstruction(Reconstruction&&) noexcept;
  Reconstruction& operator=(Reconstruction&&) noexcept;
  ~Reconstruction();

  /// Works for a few milliseconds; true when all stages are done.
  bool step();
  /// 0 .. 1, based on estimated costs.
  double progress() const;
  /// The spectrum so far; |S| equals the magnitudes to within 1e-5.
  const Spectrum& spectrum() const;
  /// Hands over the spectrum; the object is empty afterwards.
  Spectrum take() &&;

 private:
  struct Engine;
  explicit Reconstruction(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Runs a whole Reconstruction in one call.
Result<Spectrum> reconstruct(Magnitudes magnitudes, const PhaseConfig& config, const Spectrum* start = nullptr);

/// How close a spectrum is to the STFT of an actual signal: 20·log10(‖S‖ / ‖STFT(ISTFT(S)) − S‖) in dB, higher is
/// better (Le Roux et al. 2010a); infinite if both are bit-identical. All figures for phase quality use it. With
/// framing `lws` the signal is zero-padded to a multiple of the hop, as in the authors' measurements.
Result<double> consistency(const Spectrum& spectrum);

/// Streaming phase reconstruction: one magnitude frame in, one complex frame out `look_ahead` frames later. Real-time
/// safe after `create`.
///
/// LWS online starts at A + 0i and pads on the left with copies of the first frame, but not on the right. Given a fixed
/// level, the result is bit-identical to that of `reconstruct_like_stream` for the whole signal. SPSI has no delay.
class PhaseStream {
 public:
  static Result<PhaseStream> create(const StftConfig& stft, const PhaseStreamConfig& config);
  PhaseStream(PhaseStream&&) noexcept;
  PhaseStream& operator=(PhaseStream&&) noexcept;
  ~PhaseStream();

  /// Forgets all frames.
  void reset();
  /// The number of LWS online iterations from the next frame on, 0 .. the configured number.
  void set_iterations(int iterations);
  /// Takes the next magnitude frame `[bins]`, 0 .. 1e15; larger values are clamped, negative values and NaN become 0.
  void begin(std::span<const float> magnitudes);
  /// Processes the frame; true once `frame()` holds the newest finished frame.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const std::complex<float>> process(std::span<const float> magnitudes);
  /// After the last magnitudes: the next of the remaining `look_ahead` frames, or empty if there are no more. Call
  /// `reset` before the next signal.
  std::span<const std::complex<float>> flush();
  /// The newest finished frame, `[bins]`; empty until `look_ahead` + 1 frames have arrived.
  std::span<const std::complex<float>> frame() const;

  /// The highest cost of one frame in the units of Budget.
  std::int64_t cost() const;

 private:
  struct Engine;
  explicit PhaseStream(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Computes over a whole signal what PhaseStream computes frame by frame.
Result<Spectrum> reconstruct_like_stream(const Magnitudes& magnitudes, const PhaseStreamConfig& config);

}  // namespace lodestone
