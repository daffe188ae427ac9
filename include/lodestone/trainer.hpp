#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lodestone/facts/training.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// Trains MAGNet: mean squared error of the next frame, Adam (β 0.9, 0.999, ε 1e-8). Not for the audio thread. One
/// object per thread, but for `run`.
///
/// A step can be shared among threads, workers or machines. Its windows are sorted by where they start and cut into 8
/// shards; the gradients of the shards are summed as a balanced binary tree, ((0+1)+(2+3))+((4+5)+(6+7)). Each of 1, 2,
/// 4 or 8 parts computes the sum of its own branch, and the branches are joined as the tree has it: the weights are the
/// same to the bit, however many parts there are. On one object with as many `threads` as parts:
///
///     while (trainer.begin()) {
///       for each part, on its own thread: while (trainer.run(part, parts)) {}
///       trainer.finish();
///     }
///
/// Or each part has a trainer of its own, made alike, which calls `run` with its part alone; then `add`s, for neighbour
/// = 1, 2, … parts / 2, the `partial` of part ^ neighbour as that stood after the additions before; then calls
/// `finish`.
///
/// Windows: BatchNorm with the statistics of the batch (momentum 0.1), all windows once an epoch in random order, the
/// rest of an epoch that fills no batch dropped. Windows next to each other share all frames but one, and a frame's
/// part of the first layer is computed once a batch: in a long sound, where random windows share few, a step on runs of
/// neighbours takes less time, but teaches less. On two minutes of sound runs of 8 halve the time of a step, and the
/// held-out loss still falls more slowly; runs of 2 are even with windows drawn one by one.
///
/// Sequence: the sound is cut into batch / stretch lanes that are read side by side, from a zero state in each epoch, a
/// stretch a step; no gradient flows from one stretch into the one before. Every frame but the first is predicted once
/// an epoch. BatchNorm has the statistics of all frames of the training part from the start: it stands on the data, so
/// that they are known. Validation is that of windows. A step is one shard, which part 0 computes: it is too short to
/// be worth sharing.
///
/// When a loss, held-out loss or norm of the gradients is not finite, training goes back to the end of an
/// epoch some 100 steps before, or to that of the last, and on from there at half the learning rate, which stays. In
/// healthy training at the level of Corpus the norm is 0.1 to 0.3 and seldom reaches 1, to which it is clipped.
///
/// A sound may consist of clips. No window and no stretch spans the border of two, and the state starts from zero
/// behind it. A clip without room for a window and its target teaches nothing.
class Trainer {
 public:
  explicit Trainer(Magnitudes frames, const TrainerConfig& config = {})
      : Trainer(create(std::move(frames), config).value()) {}

  /// Takes the frames. Refused: non-finite or negative magnitudes, and too few frames for one batch; then the message
  /// says how many frames and seconds are needed. `initial`, where given, replaces the initialiser; its shapes must
  /// fit. `clips`: frames of each clip, in order, together all; empty: one clip.
  static Result<Trainer> create(Magnitudes frames, const TrainerConfig& config, const Weights* initial = nullptr,
                                std::span<const std::uint64_t> clips = {});
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// Bytes that `create` would take for frames `[frames, bins]`, so that a caller can refuse beforehand.
  static std::uint64_t memory(std::uint64_t frames, int bins, const TrainerConfig& config);

  const TrainerConfig& config() const;
  const NetworkConfig& network() const;

  /// One Adam step on the next batch, all parts of it; returns its loss. The last step of an epoch also computes the
  /// held-out loss. NaN where training is over.
  double step();

  /// Starts on the next pass: a batch to learn from or, at the end of an epoch, the windows held out. False where
  /// training is over. A pass that was not finished is dropped as if it had never begun.
  bool begin();
  /// Works on the part `part` of `parts` (1, 2, 4 or 8) of the pass for some milliseconds; true while more of it is
  /// left. Where the configuration has more than one thread, there are as many parts, each run by a thread of its own,
  /// at once. Nothing but `finish` changes what has been learned, so that a caller may give up between two calls.
  bool run(int part, int parts);
  /// What this object has summed so far, after `run`: gradients, and in the last two values the bits of the loss, a
  /// double. Of windows held out the loss alone; before the first pass as long as it can be.
  std::span<float> partial();
  /// Adds the partial of a neighbour, of the same length.
  void add(std::span<const float> other);
  /// Ends the pass: an Adam step, or the held-out loss. Returns the loss of the pass.
  double finish();

  Ending ending() const;
  TrainingStatus status() const;

  /// All that training goes on from, between two passes or within one, which then counts as not begun. Going on from it
  /// gives the same bits as if nothing had happened, with any number of parts.
  Result<Buffer<std::byte>> state() const;
  /// Takes up a state of a trainer that was made alike. invalid_data, and nothing changes, where the bytes are no such
  /// state: of another version, sound, configuration or build, cut short or too long.
  Status restore(std::span<const std::byte> state);

  /// One Adam step on the windows `frames[s .. s+sequence)` with targets `frames[s+sequence]`; not counted as part of
  /// an epoch. For checks against other implementations. invalid_argument where a start does not fit.
  Result<double> step_on(std::span<const std::int64_t> window_starts);

  /// Gradients of the last step, before clipping and weight decay.
  Result<Weights> gradients() const;
  /// Predictions of the last step in training mode `[batch, bins]`, in the network's scale, those of `step_on` in the
  /// order of its windows; the first rows where it had fewer windows. Of all parts that this object has run.
  const Array2<float>& predictions() const;
  Result<Weights> weights() const;

  int epoch() const;                 ///< whole epochs done
  std::uint64_t step_count() const;  ///< steps done
  int steps_per_epoch() const;
  std::span<const float> losses() const;             ///< mean loss of each whole epoch
  std::span<const float> validation_losses() const;  ///< held-out loss after each whole epoch; empty without validation

  /// The model so far, with validation that of the best epoch once there is one; training can go on, but a pass that
  /// was not finished has to begin again. Its impulses are rounded as the model file will store them. Refused where the
  /// frames came with an impossible StftConfig: frames of any width can be trained on, but only an STFT's played.
  Result<Model> model() const;

 private:
  struct Engine;
  explicit Trainer(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
