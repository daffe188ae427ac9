#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lodestone/facts/training.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Sound made ready to be learned: clips in, the magnitude frames that a Trainer takes out. Not for the audio thread;
/// one object per thread.
///
/// The level of a clip is the root mean square of its samples, without its pauses: in blocks of 400 ms, of which those
/// below −90 dBFS and then those 10 dB below the mean of the others do not count (as in ITU-R BS.1770, whose first gate
/// is at −70 dBFS and which also weighs frequencies as the ear does; but a network learns from the energy as it is).
/// It becomes −20 dBFS, or less where the peak would leave full scale. A clip without sound stays as it is. Adam's
/// steps are as long for quiet sounds as for loud ones, while the way from the first weights to a loud sound is longer:
/// at one level, one learning rate suits them all.
///
/// Copies are drawn uniformly, gains in dB and pitches in semitones, by a Random; from the 65th copy on, pitches are
/// drawn from those of the first 64. They stand before the clips proper, so that what the trainer holds out at the end
/// is the sound itself.
class Corpus {
 public:
  explicit Corpus(const StftConfig& stft, const CorpusConfig& config = {}) : Corpus(create(stft, config).value()) {}
  static Result<Corpus> create(const StftConfig& stft, const CorpusConfig& config = {});
  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  ~Corpus();

  /// One clip, at the rate of the StftConfig. One that is too short for a frame gives none. Refused: NaN, Inf and
  /// samples beyond ±1e30, naming the first; nothing is added then.
  Status add(std::span<const float> samples);

  const StftConfig& stft() const;
  /// Frames so far, copies included.
  std::uint64_t frames() const;

  /// All of them, one clip behind the other; leaves the corpus empty.
  Result<Magnitudes> take();
  /// Of what was taken: the frames of each clip, in order.
  std::span<const std::uint64_t> clips() const;
  /// Of what was taken: the share of the frames that is no copy. The trainer's `validation` times this holds out that
  /// share of the sound itself.
  double own_share() const;

 private:
  struct Engine;
  explicit Corpus(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
