/// Training.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "errors/message.hpp"
#include "lodestone/corpus.hpp"
#include "lodestone/trainer.hpp"

using namespace lodestone;
using namespace lodestone::abi;

namespace {

/// Memory that a WebAssembly module can address.
constexpr std::uint64_t addressable = std::uint64_t{4} << 30;

/// Trainer, the sound's frames, the copy of them that the model keeps, and room to write that.
Status check_training_memory(std::uint64_t frames, int bins, const TrainerConfig& config) {
  const std::uint64_t sound = frames * static_cast<std::uint64_t>(bins) * sizeof(float);
  const std::uint64_t bytes =
      std::min(Trainer::memory(frames, bins, config), addressable) + sound * (config.keep_impulses ? 3 : 1);
  if (bytes < addressable) return {};
  return failed(ErrorCode::out_of_memory, "training on {} frames takes {} MB; WebAssembly has 4096 MB", frames,
                bytes >> 20);
}

}  // namespace

extern "C" {

/// What to train on, without clips yet.
Corpus* lodestone_corpus_create(const Stft* stft, const double* numbers, std::size_t count) {
  const auto config = configuration<CorpusConfig>(numbers, count);
  return hand_over(config ? Corpus::create(stft->config(), *config) : Result<Corpus>(config.error()));
}

void lodestone_corpus_destroy(Corpus* corpus) { delete corpus; }

/// Appends a clip.
int lodestone_corpus_add(Corpus* corpus, const float* samples, std::size_t count) {
  const auto bad = corpus->add({samples, count});
  return bad ? fail(*bad) : 0;
}

/// Trains on the frames of `corpus`, which loses them. `initial` may be null.
Trainer* lodestone_trainer_create(Corpus* corpus, const double* numbers, std::size_t number_count, const int* layers,
                                  std::size_t layer_count, const Model* initial) {
  TrainerConfig config;
  config.layers = {layers, layers + layer_count};
  Status bad = read_fields({numbers, number_count}, config);
  if (!bad) bad = config.check();
  if (!bad) bad = check_training_memory(corpus->frames(), corpus->stft().bins(), config);
  if (bad) return fail(*bad), nullptr;
  auto magnitudes = corpus->take();
  if (!magnitudes) return fail(magnitudes.error()), nullptr;
  config.validation *= corpus->own_share();
  return hand_over(
      Trainer::create(std::move(*magnitudes), config, initial ? &initial->weights : nullptr, corpus->clips()));
}

void lodestone_trainer_destroy(Trainer* trainer) { delete trainer; }

/// The loss of one step.
double lodestone_trainer_step(Trainer* trainer) { return trainer->step(); }

/// 1 where there is another pass.
int lodestone_trainer_begin(Trainer* trainer) { return trainer->begin(); }
/// 1 where more of the part is left.
int lodestone_trainer_run(Trainer* trainer, int part, int parts) { return trainer->run(part, parts); }
/// Valid until the next call.
float* lodestone_trainer_partial(Trainer* trainer) { return trainer->partial().data(); }
std::size_t lodestone_trainer_partial_size(Trainer* trainer) { return trainer->partial().size(); }
/// Of as many values.
void lodestone_trainer_add(Trainer* trainer, const float* other) { trainer->add({other, trainer->partial().size()}); }
double lodestone_trainer_finish(Trainer* trainer) { return trainer->finish(); }

/// The numbers of TrainingStatus, valid until the next call.
const TrainingStatus* lodestone_trainer_status(const Trainer* trainer) {
  static TrainingStatus status;
  status = trainer->status();
  return &status;
}

/// Output: bytes.
int lodestone_trainer_state(const Trainer* trainer) {
  auto state = trainer->state();
  return state ? give(std::move(*state)) : fail(state.error());
}

int lodestone_trainer_restore(Trainer* trainer, const std::byte* bytes, std::size_t count) {
  const auto bad = trainer->restore({bytes, count});
  return bad ? fail(*bad) : 0;
}

/// Output: one value an epoch.
void lodestone_trainer_losses(const Trainer* trainer) { show(trainer->losses()); }
void lodestone_trainer_validation_losses(const Trainer* trainer) { show(trainer->validation_losses()); }

Model* lodestone_trainer_model(const Trainer* trainer) { return hand_over(trainer->model()); }

}  // extern "C"
