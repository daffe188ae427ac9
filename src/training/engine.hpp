#pragma once

#include "training/best_epoch.hpp"
#include "training/guard.hpp"
#include "training/sampler.hpp"
#include "training/subspace.hpp"

namespace lodestone {

/// Trains on the passes chosen by a Sampler: sums their parts, takes Adam's steps, validates, and recovers from
/// divergence. engine.cpp trains; snapshot.cpp writes states and models.
struct Trainer::Engine {
  TrainerConfig config;
  NetworkConfig network;  ///< that learns: over the bins, or over the components of the subspace
  NetworkConfig outer;    ///< that the model has: over the bins, perhaps with components between
  std::unique_ptr<Sampler> sampler;
  std::vector<Backpropagation> workspaces;  ///< one per thread

  Magnitudes sound;  ///< linear
  std::vector<Clip> clips;
  Groups groups;  ///< what the network reads and predicts at a time
  Windows windows;
  Buffer<std::byte> block;      ///< all arrays that `lay_out` takes
  std::span<float> compressed;  ///< what the network reads and predicts `[groups, network.bins]`, unless it is `sound`
  /// See Pass. Losses are mean squared errors of all bins, whether there are components or not.
  std::span<float> importance, energies, outside;
  Subspace subspace;           ///< if there are components
  std::uint32_t checksum = 0;  ///< of the sound

  Weights weights;
  std::vector<std::span<float>> values;      ///< of all weights
  std::vector<std::span<float>> parameters;  ///< those that Adam updates
  std::vector<std::span<float>> kept;        ///< what the guard keeps: all weights and Adam's moments
  Adam adam;
  Guard guard;
  BestEpoch best;
  Random random{0};

  Pass pass{};
  Array2<float> predictions;  ///< of the last step, but not of validation
  std::uint64_t steps = 0;
  std::uint64_t step_of_epoch = 0;
  double epoch_loss = 0;  ///< sum over the steps of this epoch
  std::vector<float> losses, validation_losses;

  Engine(const TrainerConfig& configuration, std::size_t bins);
  void lay_out(Arena& arena, std::uint64_t rows, std::uint64_t window_count);
  Status prepare(Magnitudes frames, std::vector<Clip> list, const Weights* initial);
  void take_sound(Magnitudes frames);
  Status find_subspace();
  Result<Array2<float>> frames_for_subspace() const;
  Status prepare_input();
  Status encode();
  std::span<const float> frames() const { return compressed.empty() ? sound.values.all() : compressed; }

  void choose_epochs();
  Ending ending() const;
  bool validating() const { return !windows.held_out().empty() && losses.size() > validation_losses.size(); }
  double learning_rate() const;
  Pass next_pass();
  Pass pass_over(std::span<const std::int64_t> starts, bool learns) const;
  Pass weighted(Pass next) const;
  void begin(const Pass& next);
  void run_all();
  double join();
  double finish();
  bool learn(double loss);
  void finish_epoch();
  void validated(float loss);
  void start_epoch();
  void go_back();

  Result<Weights> weights_of_model();
  Result<Buffer<float>> residuals(Weights& of);
  Result<Array2<float>> predict_frames(Weights& of, std::span<const std::int64_t> starts);
  Result<Array2<float>> predict(Weights& of, std::span<const std::int64_t> starts);
  void keep(Ledger& ledger);
};

}  // namespace lodestone
