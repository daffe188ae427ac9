#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// How the weights start.
enum class Initialiser {
  pytorch,  ///< LSTM and Dense uniform in ±1/sqrt(hidden); BatchNorm 1 and 0
  keras,    ///< Glorot-uniform inputs and Dense, orthogonal recurrent weights, zero biases, forget bias 1
};

/// What a step of training goes over.
enum class Training {
  windows,   ///< a batch of windows of `sequence` frames, each from a zero state, to predict the frame after it
  sequence,  ///< stretches of the sound side by side, to predict every frame of them, the state carried on from step to
             ///< step (truncated backpropagation through time)
};

/// Why there is nothing more to do.
enum class Ending {
  none,           ///< there is
  finished,       ///< all epochs are done
  stopped_early,  ///< the held-out loss has not become lower for `patience` epochs
  diverged,       ///< a loss was not finite ten times in a row, down to a thousandth of the learning rate
};

struct TrainerConfig {
  std::vector<int> layers{128, 128};  ///< hidden sizes, see NetworkConfig
  int sequence = 40;                  ///< frames a window, 1 .. 4096
  Training training = Training::windows;
  int epochs = 0;   ///< after which training is over, to 1000000; 0: no end
  int batch = 64;   ///< predictions a step, 2 .. 4096: windows, or the frames of all stretches
  int run = 1;      ///< neighbouring windows that stay together in random order, 1 .. `batch`
  int stretch = 4;  ///< frames a stretch, 1 .. `batch`; of Training::sequence
  /// 0 .. 1, of Training::sequence: how much of its own predictions the network reads in place of the sound while it
  /// learns to predict the sound: of each stretch min(1, 2·feedback·r), r uniform in 0 .. 1, as it predicted them when
  /// it last came by. A dream is fed with predictions alone; who has learned to find the way back from them does not
  /// stick.
  double feedback = 0;
  double learning_rate = 0;    ///< to 1; 0: 1e-3, of Training::sequence 2e-3
  double weight_decay = 1e-4;  ///< 0 .. 1; added to the gradient as weight_decay · w, as PyTorch's Adam has it
  int warm_up = 0;             ///< first steps, over which the learning rate rises, 0 .. 1000000
  double decay = 1;            ///< share of the learning rate that is left after the last of `epochs`, 0 .. 1; it falls
                               ///< along half a cosine
  double clip_norm = 1;        ///< largest l2 norm of all gradients together; 0: no clipping, as MAGNet
  double validation = 0;       ///< share of the windows held out in one contiguous piece at the end, 0 .. 0.5
  int patience = 0;            ///< epochs without a lower held-out loss after which training is over; 0: it goes on
  Scale scale = Scale::linear;
  Initialiser initialiser = Initialiser::pytorch;
  std::uint32_t seed = 0;     ///< of the initial weights and the order of the windows
  bool keep_impulses = true;  ///< whether the model keeps the training frames to start dreams from
  int threads = 1;            ///< that may be inside `run` at once: 1, 2, 4 or 8; no result depends on it

  /// Fields that do not depend on the frames.
  Status check() const;
};

/// The fields from one number each, in the order of `trainerFields` in js/options.js. The first that is not allowed is
/// refused.
Status read_fields(std::span<const double> numbers, TrainerConfig& config);

/// How far a training has come; all doubles, so that the C ABI hands them over as they are.
struct TrainingStatus {
  double epoch;            ///< whole epochs done
  double step;             ///< steps done
  double steps_per_epoch;  ///< steps of an epoch
  double steps;            ///< steps in all; 0 where unknown
  double loss;             ///< mean of the last whole epoch; before there is one, of the steps so far, or NaN
  double validation_loss;  ///< held-out loss after the last whole epoch; NaN where there is none
  double learning_rate;    ///< of the next step
  double rollbacks;        ///< returns to an earlier state
  double ending;           ///< the number of an Ending
  double best_epoch;       ///< the epoch, from 1, whose weights the model has; 0: those of now
};

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
