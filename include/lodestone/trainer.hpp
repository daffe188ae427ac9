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
/// object per thread, except for `run`.
///
/// A step can be shared among threads, workers or machines. Its windows are sorted by start and divided into 8 shards,
/// whose gradients are summed as a balanced binary tree, ((0+1)+(2+3))+((4+5)+(6+7)). Each of 1, 2, 4 or 8 parts
/// computes the sum of its own branch, and the branches are then joined in the order of the tree: the weights are
/// bit-identical for any number of parts. With one object that has as many `threads` as parts:
///
///     while (trainer.begin()) {
///       for each part, on its own thread: while (trainer.run(part, parts)) {}
///       trainer.finish();
///     }
///
/// Alternatively, each part has its own trainer, created identically, which calls `run` for its part only. Then, for
/// neighbour = 1, 2, … parts / 2, it `add`s the `partial` of the trainer of part ^ neighbour as it was after the
/// previous additions. Finally it calls `finish`.
///
/// Training::windows: BatchNorm uses the statistics of the batch (momentum 0.1). Each epoch uses all windows once in
/// random order and drops the remainder that does not fill a batch. Adjacent windows share all frames but one, and a
/// frame's contribution to the first layer is computed once per batch: in a long sound, where random windows overlap
/// little, steps on runs of neighbours are faster, but teach less. On two minutes of sound, runs of 8 halve the time of
/// a step, and the held-out loss still falls more slowly; runs of 2 perform the same as single windows.
///
/// Training::sequence: the sound is divided into batch / stretch lanes that are read in parallel, one stretch per step,
/// from a zero state at the start of each epoch; no gradient flows from a stretch into the previous one. Every frame
/// but the first is predicted once per epoch. BatchNorm uses the statistics of all training frames from the start: its
/// input is the data itself, so they are known in advance. Validation works as for windows. A step is a single shard,
/// computed by part 0: it is too short to be worth sharing.
///
/// When a loss, held-out loss or gradient norm is not finite, training returns to its latest copy, made at the end of
/// an epoch at least 100 steps after the previous one, and continues at half the learning rate. In healthy training at
/// the level of Corpus the norm is 0.1 to 0.3 and seldom reaches 1, where it is clipped.
///
/// With `components`, the network learns the principal components of the frames that are not held out (of 4096 of them
/// in a longer sound, spread evenly), each divided by its deviation; its squared error has the deviation as weight. The
/// model is a network over all bins with these components between. `initial` is projected, which is exact if it was
/// learned with the components of the same sound. Losses are mean squared errors of all bins, whatever is learned.
///
/// With `group`, the network reads and predicts so many consecutive frames at a time, side by side. Groups begin at
/// every frame, so that an epoch covers the sound `group` times, in as many steps as one of single frames: once for
/// each place that the first group can start at.
///
/// A sound may consist of clips. Windows, stretches and groups never span two clips, and the state starts from zero in
/// each. A clip that is too short for a window and its target is not learned.
class Trainer {
 public:
  explicit Trainer(Magnitudes frames, const TrainerConfig& config = {})
      : Trainer(create(std::move(frames), config).value()) {}

  /// Takes the frames. Refused: magnitudes that are negative or not finite, and too few frames for one batch (the
  /// message says how many frames and seconds are needed). `initial` (optional) replaces the initialiser; its shapes
  /// must match. `clips`: the number of frames of each clip, in order, adding up to all frames; empty: a single clip.
  static Result<Trainer> create(Magnitudes frames, const TrainerConfig& config, const Weights* initial = nullptr,
                                std::span<const std::uint64_t> clips = {});
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// The bytes that `create` would take for frames `[frames, bins]`, so that a caller can refuse beforehand.
  static std::uint64_t memory(std::uint64_t frames, int bins, const TrainerConfig& config);

  const TrainerConfig& config() const;
  const NetworkConfig& network() const;  ///< of the model
  /// The principal components that are learned, and the share of the sound's variance that they hold; 0 and 1 if all
  /// bins are learned.
  int components() const;
  double variance_share() const;

  /// Takes one Adam step on the next batch, all parts of it, and returns its loss. The last step of an epoch also
  /// computes the held-out loss. NaN if training is over.
  double step();

  /// Starts the next pass: a batch to learn from or, at the end of an epoch, the held-out windows. False if training is
  /// over. An unfinished pass is discarded as if it had never begun.
  bool begin();
  /// Works on part `part` of `parts` (1, 2, 4 or 8) of the pass for a few milliseconds; true while there is more to do.
  /// If the configuration has more than one thread, there must be as many parts, each run at the same time by its own
  /// thread. Only `finish` changes the weights, so a caller may stop between two calls.
  bool run(int part, int parts);
  /// The sums that this object has computed, after `run`: gradients, followed by the bits of the loss (a double) in the
  /// last two values. For held-out windows only the loss; before the first pass, at its full length.
  std::span<float> partial();
  /// Adds the partial sums of a neighbour, of the same length.
  void add(std::span<const float> other);
  /// Ends the pass, with an Adam step or the held-out loss, and returns its loss.
  double finish();

  Ending ending() const;
  TrainingStatus status() const;

  /// Everything needed to resume training. Call it between two passes, or within one, which then counts as not begun.
  /// Resumed training is bit-identical to uninterrupted training, with any number of parts.
  Result<Buffer<std::byte>> state() const;
  /// Restores the state of an identically created trainer. If the bytes are not such a state (another version, sound,
  /// configuration or build, truncated or too long): invalid_data, and nothing changes.
  Status restore(std::span<const std::byte> state);

  /// Takes one Adam step on the windows `frames[s .. s+sequence)` with targets `frames[s+sequence]`; does not count
  /// towards an epoch. For comparison with other implementations. invalid_argument if a start is out of range.
  Result<double> step_on(std::span<const std::int64_t> window_starts);

  // With components, the three functions below are about the network over these.

  /// The gradients of the last step, before clipping and weight decay.
  Result<Weights> gradients() const;
  /// The predictions of the last step in training mode `[batch, bins]`, in the network's scale, for all parts that this
  /// object has run. After `step_on`, in the order of its windows; if there were fewer windows, only the first rows are
  /// used.
  const Array2<float>& predictions() const;
  Result<Weights> weights() const;

  int epoch() const;                 ///< completed epochs
  std::uint64_t step_count() const;  ///< completed steps
  int steps_per_epoch() const;
  std::span<const float> losses() const;             ///< mean loss of each completed epoch
  std::span<const float> validation_losses() const;  ///< held-out loss after each; empty without validation

  /// The model so far; with validation, that of the best epoch once there is one. Training can continue, but an
  /// unfinished pass has to begin again. The impulses are rounded as they will be stored in the model file. Refused if
  /// the StftConfig of the frames is invalid: frames of any width can be trained on, but only those of an STFT can be
  /// played.
  Result<Model> model() const;

 private:
  struct Engine;
  explicit Trainer(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
