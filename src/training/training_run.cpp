#include "lodestone/training_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "errors/message.hpp"
#include "training/subspace.hpp"

namespace lodestone {
namespace {

constexpr std::uint64_t any_memory = std::numeric_limits<std::uint64_t>::max();

/// The trainer, the frames of the sound, the copy of them that the model keeps, and room to write it.
std::uint64_t memory_for(std::uint64_t frames, const TrainingConfig& config) {
  const std::uint64_t trainer = Trainer::memory(frames, config.stft.bins(), config.trainer);
  if (trainer == any_memory) return any_memory;
  const std::uint64_t sound = frames * static_cast<std::uint64_t>(config.stft.bins()) * sizeof(float);
  return trainer + sound * (config.trainer.keep_impulses ? 3 : 1);
}

/// The error if the frames do not fit into memory.
Error too_large(std::uint64_t frames, std::uint64_t needed, std::uint64_t available) {
  return failed(ErrorCode::out_of_memory, "training on {} frames takes {} MB; {} MB are available", frames,
                needed >> 20, available >> 20);
}

}  // namespace

void TrainingConfig::adopt(const Model& initial) {
  stft = initial.stft;
  trainer.layers = initial.network.layers;
  trainer.sequence = initial.network.sequence;
  trainer.group = initial.network.group;
  trainer.scale = initial.network.scale;
}

Status TrainingConfig::check() const {
  if (auto error = trainer.check()) return error;
  if (auto error = stft.check()) return error;
  return stft.check_invertible();  // otherwise the model could never be played
}

struct TrainingRun::Engine {
  TrainingConfig config;
  std::optional<Corpus> corpus;  ///< until training starts
  std::optional<Weights> initial;
  std::optional<Trainer> trainer;
  double rollbacks = 0;  ///< reported so far
  bool told_end = false, told_components = false;
};

TrainingRun::TrainingRun(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
TrainingRun::TrainingRun(TrainingRun&&) noexcept = default;
TrainingRun& TrainingRun::operator=(TrainingRun&&) noexcept = default;
TrainingRun::~TrainingRun() = default;

Result<TrainingRun> TrainingRun::create(const TrainingConfig& config, std::span<const float> samples) {
  auto run = create(config);
  if (!run) return run;
  if (auto error = run->add(samples)) return *error;
  if (auto error = run->start()) return *error;
  return run;
}

Result<TrainingRun> TrainingRun::create(const TrainingConfig& config, const ModelView* initial) {
  if (auto error = config.check()) return *error;
  CorpusConfig clips = config.corpus;
  clips.validation = config.trainer.validation;
  clips.seed = config.trainer.seed;
  auto corpus = Corpus::create(config.stft, clips);
  if (!corpus) return corpus.error();
  auto engine = std::unique_ptr<Engine>(new Engine{config, std::move(*corpus), {}, {}});
  if (initial) {
    auto weights = fold(initial->network, initial->weights);
    if (!weights) return weights.error();
    engine->initial = std::move(*weights);
  }
  return TrainingRun(std::move(engine));
}

std::uint64_t TrainingRun::memory(std::span<const std::uint64_t> samples) const {
  std::uint64_t frames = 0;
  for (const std::uint64_t count : samples) frames += engine_->corpus->frames(count);
  return memory_for(frames, engine_->config);
}

Status TrainingRun::add(std::span<const float> samples) {
  if (engine_->trainer) return refused("too late to add a clip: training has started");
  return engine_->corpus->add(samples);
}

Status TrainingRun::start(std::uint64_t available) {
  Engine& engine = *engine_;
  if (engine.trainer) return refused("training has already started");
  const std::uint64_t frames = engine.corpus->frames(), needed = memory_for(frames, engine.config);
  if (needed >= available) return too_large(frames, needed, available);
  auto taken = engine.corpus->take();
  if (!taken) return taken.error();
  // Copies come first and are not held out: the share refers to the original sound.
  engine.config.trainer.validation *= engine.corpus->own_share();
  auto trainer = Trainer::create(std::move(*taken), engine.config.trainer, engine.initial ? &*engine.initial : nullptr,
                                 engine.corpus->clips());
  if (!trainer) return trainer.error();
  engine.trainer = std::move(*trainer);
  engine.corpus.reset();
  engine.initial.reset();
  return {};
}

Trainer& TrainingRun::trainer() { return *engine_->trainer; }
const Trainer& TrainingRun::trainer() const { return *engine_->trainer; }

bool TrainingRun::step() {
  trainer().step();
  return trainer().ending() == Ending::none;
}

Status TrainingRun::restore(std::span<const std::byte> state) {
  const Status wrong = trainer().restore(state);
  if (wrong) return wrong;
  engine_->rollbacks = trainer().status().rollbacks;
  engine_->told_components = true;
  return {};
}

std::optional<TrainingNotice> TrainingRun::notice() {
  const TrainingStatus status = trainer().status();
  const bool told_components = std::exchange(engine_->told_components, true);
  if (!told_components && trainer().config().components < 0 && trainer().variance_share() < Subspace::enough) {
    return TrainingNotice{TrainingNotice::Code::varied,
                          sentence("{} components hold {} % of the sound's variance, and the rest is not learned; try "
                                   "components 0 (all bins)",
                                   trainer().components(), std::floor(100 * trainer().variance_share()))};
  }
  if (status.rollbacks != engine_->rollbacks) {
    engine_->rollbacks = status.rollbacks;
    return TrainingNotice{TrainingNotice::Code::rolled_back,
                          sentence("the loss was not finite: back to the end of epoch {}, learning rate {}",
                                   status.epoch, status.learning_rate)};
  }
  if (engine_->told_end || trainer().ending() != Ending::stopped_early) return {};
  engine_->told_end = true;
  return TrainingNotice{TrainingNotice::Code::stopped_early,
                        sentence("stopped early, after epoch {}: the model has the weights of epoch {}, where the "
                                 "held-out loss was lowest",
                                 status.epoch, status.best_epoch)};
}

Result<Model> TrainingRun::model() const {
  if (trainer().ending() != Ending::diverged) {
    auto model = trainer().model();
    if (model && model->network.components > 0) round_to_compact(*model);
    return model;
  }
  const TrainingStatus status = trainer().status();
  return malformed(
      "training blew up in epoch {}: the loss was not finite ten times in a row, last at a learning rate of {}; try a "
      "smaller learning rate, or an initial model with smaller weights",
      status.epoch + 1, 2 * status.learning_rate);
}

}  // namespace lodestone
