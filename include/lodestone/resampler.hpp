#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/result.hpp"

namespace lodestone {

/// Sound from one sample rate to another, piece by piece: a linear-phase polyphase low-pass, a Kaiser-windowed sinc
/// (Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/; Kaiser 1974). It passes what lies
/// below 0.9 of the lower rate's Nyquist frequency to within 0.01 dB, and what lies above that Nyquist frequency by
/// less than −80 dB. Where the rates have many phases against each other, neighbouring ones of 256 (or fewer, when the
/// rate falls) are interpolated.
///
/// Output i exists once input floor(i·from/to) has come, counted in whole numbers: nothing drifts, and neither the
/// samples nor when they come depend on how the input is cut. Real-time safe after `create`; one object per thread.
class Resampler {
 public:
  /// Throws Exception on rates out of range (`create` does not).
  Resampler(double from, double to) : Resampler(create(from, to).value()) {}
  /// Rates in Hz, 8000 .. 768000, taken to the nearest thousandth.
  static Result<Resampler> create(double from, double to);
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;
  ~Resampler();

  /// Back to the state after `create`.
  void reset();

  /// Takes as many of the samples as it has room for, 1024 at least where `pull` has left nothing; returns how many.
  /// NaN, Inf and samples beyond ±1e30 count as 0.
  std::size_t push(std::span<const float> input);
  /// Fills the front of `output` with what the samples so far allow; returns how many that are.
  std::size_t pull(std::span<float> output);
  /// How many samples must still be pushed before that many can be pulled:
  ///     for (auto rest = output; !(rest = rest.subspan(resampler.pull(rest))).empty();)
  ///       resampler.push(next_samples(std::min(resampler.needed(rest.size()), 1024)));
  std::size_t needed(std::size_t outputs) const;

  /// How many output samples later than it went in a sound comes out.
  double delay() const;

 private:
  struct Engine;
  explicit Resampler(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
