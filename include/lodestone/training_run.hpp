#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lodestone/corpus.hpp"
#include "lodestone/trainer.hpp"

namespace lodestone {

/// All settings of a training run.
struct TrainingConfig {
  StftConfig stft;  ///< `sample_rate`: that of the clips
  CorpusConfig corpus;
  TrainerConfig trainer;  ///< its `seed` and `validation` are the corpus's too

  /// Takes over the network and STFT settings (with the sample rate) of the model to start from.
  void adopt(const Model& initial);

  Status check() const;
};

/// Presets: quality, responsive (for playing: short frames, in groups of two), classic (MAGNet's own). Refuses an
/// unknown name. Set `stft.sample_rate` afterwards.
Result<TrainingConfig> training_preset(std::string_view name);
/// The names that `training_preset` accepts, the default first.
std::span<const std::string_view> training_presets();

/// Something worth telling the user that is not an error.
struct TrainingNotice {
  enum class Code {
    rolled_back,    ///< a loss was not finite: back to an earlier epoch, at half the learning rate
    stopped_early,  ///< the held-out loss has not fallen for `patience` epochs
    varied,         ///< the most components that are chosen hold less of the sound's variance than is enough
  } code;
  std::string message;
};

/// From sound to model: prepares clips (Corpus), trains on them (Trainer), and reports what happened. The same
/// configuration and clips give the same model here, on the command line and in JavaScript. Not for the audio thread.
///
///     lodestone::TrainingConfig config = lodestone::training_preset("quality").value();
///     config.stft.sample_rate = 44100;
///     lodestone::TrainingRun run(config, samples);
///     while (run.step()) {}
///     const lodestone::Model model = run.model().value();
class TrainingRun {
 public:
  /// Adds a single clip and starts.
  TrainingRun(const TrainingConfig& config, std::span<const float> samples)
      : TrainingRun(create(config, samples).value()) {}
  static Result<TrainingRun> create(const TrainingConfig& config, std::span<const float> samples);
  /// Has no clips yet. `initial`: a model whose weights to start from; `config` must describe its network, see
  /// `TrainingConfig::adopt`.
  static Result<TrainingRun> create(const TrainingConfig& config, const ModelView* initial = nullptr);
  TrainingRun(TrainingRun&&) noexcept;
  TrainingRun& operator=(TrainingRun&&) noexcept;
  ~TrainingRun();

  /// The maximum number of bytes needed to train on clips of these lengths and to write the model. Only before `start`.
  std::uint64_t memory(std::span<const std::uint64_t> samples) const;

  /// Adds a clip, see Corpus::add. Only before `start`.
  Status add(std::span<const float> samples);

  /// Prepares the first step. Refused: more frames than fit into `available` bytes, and whatever Trainer::create
  /// refuses.
  Status start(std::uint64_t available = ~std::uint64_t{0});

  // All functions below need a run that has started.

  /// For status, checkpoints, and steps that are shared among threads or workers.
  Trainer& trainer();
  const Trainer& trainer() const;

  /// Takes one step; false once training is over.
  bool step();
  /// As Trainer::restore; notices from before the state was saved are not repeated.
  Status restore(std::span<const std::byte> state);
  /// What has happened since the last call, if anything.
  std::optional<TrainingNotice> notice();
  /// The model so far, see Trainer::model; with components, rounded as its compact file stores it, so that the file
  /// gives the same bits. Refused, with advice, if training has diverged.
  Result<Model> model() const;

 private:
  struct Engine;
  explicit TrainingRun(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
