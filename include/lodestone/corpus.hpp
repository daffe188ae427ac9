#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lodestone/facts/training.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Prepares sound for training: clips in, the magnitude frames for a Trainer out. Not for the audio thread; one object
/// per thread.
///
/// The level of a clip is the root mean square of its samples, excluding pauses, measured in blocks of 400 ms: blocks
/// below −90 dBFS are ignored, then those more than 10 dB below the mean of the rest. (ITU-R BS.1770 does the same with
/// a first gate at −70 dBFS, and weights frequencies as the ear does; a network, however, learns from the energy as it
/// is.) Clips are brought to −20 dBFS, or to a lower level if their peak would exceed full scale; a silent clip is left
/// unchanged. Adam's steps are equally large for quiet and loud sounds, although the weights have further to go for a
/// loud one: normalising the level lets one learning rate suit all sounds.
///
/// The gains (in dB) and pitches (in semitones) of copies are drawn uniformly by a Random; from the 65th copy on,
/// pitches are picked from those of the first 64. Copies come before the original clips, so that the trainer, which
/// holds out frames at the end, holds out original sound.
class Corpus {
 public:
  explicit Corpus(const StftConfig& stft, const CorpusConfig& config = {}) : Corpus(create(stft, config).value()) {}
  static Result<Corpus> create(const StftConfig& stft, const CorpusConfig& config = {});
  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  ~Corpus();

  /// Adds a clip at the sample rate of the StftConfig. A clip that is too short gives no frames. NaN, Inf and samples
  /// beyond ±1e30 are refused (the error names the first), and nothing is added.
  Status add(std::span<const float> samples);

  const StftConfig& stft() const;
  /// The maximum number of frames that a clip of this length can give, including copies.
  std::uint64_t frames(std::uint64_t samples) const;
  /// The number of frames so far, including copies.
  std::uint64_t frames() const;

  /// All frames, clip after clip; leaves the corpus empty.
  Result<Magnitudes> take();
  /// The number of frames of each clip, in the order in which `take` returned them.
  std::span<const std::uint64_t> clips() const;
  /// The share of the frames returned by `take` that are not copies. Multiply the trainer's `validation` by it to hold
  /// out that share of the original sound.
  double own_share() const;

 private:
  struct Engine;
  explicit Corpus(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
