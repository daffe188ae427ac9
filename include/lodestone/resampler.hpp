#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/result.hpp"

namespace lodestone {

/// Streaming sample-rate conversion with a linear-phase polyphase low-pass, a Kaiser-windowed sinc (Smith, "Digital
/// Audio Resampling", https://ccrma.stanford.edu/~jos/resample/; Kaiser 1974). It passes frequencies below 0.9 of the
/// lower rate's Nyquist frequency to within 0.01 dB and attenuates those above that Nyquist frequency by at least 80
/// dB. It interpolates linearly between 256 filter phases (fewer when downsampling).
///
/// Output i is available once input floor(i·from/to) has arrived, computed in integers: nothing drifts, and neither the
/// samples nor their timing depend on how the input is split. Real-time safe after `create`; one object per thread.
class Resampler {
 public:
  /// Throws Exception if a rate is out of range (`create` does not).
  Resampler(double from, double to) : Resampler(create(from, to).value()) {}
  /// Rates in Hz, 8000 .. 768000, rounded to the nearest thousandth.
  static Result<Resampler> create(double from, double to);
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;
  ~Resampler();

  /// Returns to the state after `create`.
  void reset();

  /// Takes as many samples as there is room for (at least 1024 if `pull` has left none to pull) and returns how many.
  /// NaN, Inf and samples beyond ±1e30 are replaced with 0.
  std::size_t push(std::span<const float> input);
  /// Fills the start of `output` with the samples available so far and returns how many.
  std::size_t pull(std::span<float> output);
  /// The number of samples to push before `outputs` samples can be pulled:
  ///     for (auto rest = output; !(rest = rest.subspan(resampler.pull(rest))).empty();)
  ///       resampler.push(next_samples(std::min(resampler.needed(rest.size()), 1024)));
  std::size_t needed(std::size_t outputs) const;

  /// The delay from input to output, in output samples.
  double delay() const;

 private:
  struct Engine;
  explicit Resampler(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
