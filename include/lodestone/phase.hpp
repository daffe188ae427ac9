#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// One way to find or improve phases.
enum class PhaseMethod {
  nofuture,     ///< LWS, each frame from its left neighbours alone (Le Roux et al. 2010b)
  online,       ///< LWS with look-ahead (Zhu et al. 2007, Le Roux et al. 2010b)
  batch,        ///< LWS, sweeps over all frames (Le Roux et al. 2010a)
  griffin_lim,  ///< Griffin & Lim 1984; with momentum: fast Griffin-Lim (Perraudin et al. 2013)
  pghi,         ///< phase gradient heap integration (Průša et al. 2017); replaces what phase there is
  spsi,         ///< single-pass spectrogram inversion (Beauregard et al. 2015); replaces what phase there is
};

/// A method and how long to run it. LWS: iteration i updates bins above alpha·exp(−beta·i^gamma)·mean(A);
/// alpha 0 updates every non-zero bin.
struct PhaseStage {
  PhaseMethod method = PhaseMethod::batch;
  int iterations = 1;   ///< 1 .. 10000; pghi and spsi: 1
  double alpha = 1;     ///< ≥ 0 (LWS)
  double beta = 0.1;    ///< ≥ 0 (LWS)
  double gamma = 1;     ///< ≥ 0 (LWS)
  double momentum = 0;  ///< 0 .. 2 (Griffin-Lim)
};

/// A list of stages, in order, from zero phase (S = A + 0i) unless a start is given.
struct PhaseConfig {
  std::vector<PhaseStage> stages;
  int look_ahead = 3;    ///< frames of LWS online, 0 .. 64
  int weight_range = 5;  ///< L: bins to each side that LWS weighs, 1 .. 64

  Status check() const;
};

/// Ready-made lists: `speech` and `music` (as the authors of LWS name them), `best` (the highest consistency for its
/// cost), `fast` (decent for little), `griffin-lim` (100 iterations, momentum 0.99), `pghi`, `spsi`; docs/phase.md has
/// their figures. False if there is none of that name.
bool phase_preset(std::string_view name, PhaseConfig& config);
/// The names that `phase_preset` knows, best first.
std::span<const std::string_view> phase_presets();

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

/// Phases for a stream of frames.
struct PhaseStreamConfig {
  PhaseMethod method = PhaseMethod::online;  ///< online or spsi
  int iterations = 4;                        ///< of LWS online, 0 .. 100
  int look_ahead = 0;                        ///< frames of LWS online, 0 .. 16; the output is as many frames late
  int weight_range = 5;                      ///< L, 1 .. 64
  double alpha = 1, beta = 0.1, gamma = 1;   ///< threshold of LWS online, see PhaseStage
  /// What stands for mean(A) in the threshold. 0: the running mean of the magnitudes so far.
  float level = 0;

  Status check() const;
};

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
