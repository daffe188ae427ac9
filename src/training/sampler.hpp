#pragma once

#include <memory>
#include <string>

#include "lodestone/random.hpp"
#include "lodestone/trainer.hpp"
#include "training/backpropagation.hpp"
#include "training/ledger.hpp"
#include "training/windows.hpp"

namespace lodestone {

/// The data that a Trainer learns from; it never moves.
struct TrainingSet {
  std::span<const float> frames;  ///< `[groups, bins]`, in the network's scale
  const Groups& groups;
  std::span<const Clip> clips;            ///< of frames
  std::span<const std::int64_t> windows;  ///< first groups of the windows that are not held out
  bool negative;                          ///< whether values can be negative
};

/// Chooses what each step of an epoch trains on: batches of windows, or stretches of the sound.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// The fewest windows that fill a batch, and a description of a batch.
  virtual std::uint64_t least_windows() const = 0;
  virtual std::string batch_text() const = 0;
  /// The default learning rate.
  virtual double default_rate() const = 0;
  /// Whether a step is divided into shards; if not, part 0 computes all of it.
  virtual bool shared() const = 0;
  /// The most windows that need to be computed at once: all windows of a step, and enough for efficient products.
  virtual std::uint64_t windows_at_once() const = 0;

  virtual void lay_out(Arena& arena, const NetworkConfig& network, std::uint64_t frames, std::uint64_t windows) = 0;
  /// Prepares for the training set, before the first epoch.
  virtual Status prepare(const TrainingSet& set, Weights& weights) = 0;

  /// Steps per epoch.
  virtual std::size_t steps() const = 0;
  /// Sets the order of the epoch that begins after `done` steps.
  virtual void begin_epoch(std::uint64_t done, Random& random) = 0;
  virtual Pass pass(std::size_t step) = 0;
  /// Called after a step, with the workspaces that computed its parts.
  virtual void stepped(std::span<const Backpropagation>, Random&) {}
  /// Called when training has gone back to an earlier epoch, which starts again.
  virtual void went_back() {}

  // What a checkpoint contains, in three places between the values of the trainer.
  virtual void keep_order(Ledger& ledger) = 0;
  virtual void keep_turn(Ledger& ledger) = 0;
  virtual void keep_states(Ledger&) {}
};

// They have no memory yet; `config` must outlive them.
std::unique_ptr<Sampler> sample_windows(const TrainerConfig& config);
std::unique_ptr<Sampler> sample_stretches(const TrainerConfig& config);

}  // namespace lodestone
