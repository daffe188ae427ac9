/// Training.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/training_run.hpp"
#include "models.hpp"

using namespace lodestone;
using namespace lodestone::abi;

namespace {

/// Memory that a WebAssembly module can address.
constexpr std::uint64_t addressable = std::uint64_t{4} << 30;

}  // namespace

extern "C" {

/// A training run that has no clips yet. The numbers are those of `read_fields`. `initial` may be null.
TrainingRun* lodestone_trainer_create(const double* stft, std::size_t stft_count, const double* corpus,
                                      std::size_t corpus_count, const double* trainer, std::size_t trainer_count,
                                      const int* layers, std::size_t layer_count, const OwnedModel* initial) {
  TrainingConfig config;
  Status bad = read_fields({stft, stft_count}, config.stft);
  if (!bad) bad = read_fields({corpus, corpus_count}, config.corpus);
  if (!bad) bad = read_fields({trainer, trainer_count}, config.trainer);
  if (bad) return fail(*bad), nullptr;
  config.trainer.layers = {layers, layers + layer_count};
  return hand_over(TrainingRun::create(config, initial ? &initial->view() : nullptr));
}

void lodestone_trainer_destroy(TrainingRun* run) { delete run; }

/// Appends a clip.
int lodestone_trainer_add_clip(TrainingRun* run, const float* samples, std::size_t count) {
  const auto bad = run->add({samples, count});
  return bad ? fail(*bad) : 0;
}

/// Called after the last clip and before everything below.
int lodestone_trainer_start(TrainingRun* run) {
  const auto bad = run->start(addressable);
  return bad ? fail(*bad) : 0;
}

/// Runs one step and returns its loss.
double lodestone_trainer_step(TrainingRun* run) { return run->trainer().step(); }

/// 1 if there is another pass.
int lodestone_trainer_begin(TrainingRun* run) { return run->trainer().begin(); }
/// 1 if the part has more to do.
int lodestone_trainer_run(TrainingRun* run, int part, int parts) { return run->trainer().run(part, parts); }
/// Valid until the next call.
float* lodestone_trainer_partial(TrainingRun* run) { return run->trainer().partial().data(); }
std::size_t lodestone_trainer_partial_size(TrainingRun* run) { return run->trainer().partial().size(); }
/// `other` has the same number of values.
void lodestone_trainer_add(TrainingRun* run, const float* other) {
  run->trainer().add({other, run->trainer().partial().size()});
}
double lodestone_trainer_finish(TrainingRun* run) { return run->trainer().finish(); }

/// The numbers of TrainingStatus, valid until the next call.
const TrainingStatus* lodestone_trainer_status(const TrainingRun* run) {
  static TrainingStatus status;
  status = run->trainer().status();
  return &status;
}

/// The number of a TrainingNotice::Code, with its message as output, or −1 if nothing has happened since the last call.
int lodestone_trainer_notice(TrainingRun* run) {
  auto notice = run->notice();
  if (!notice) return -1;
  give(std::move(notice->message));
  return static_cast<int>(notice->code);
}

/// Output: bytes.
int lodestone_trainer_state(const TrainingRun* run) {
  auto state = run->trainer().state();
  return state ? give(std::move(*state)) : fail(state.error());
}

int lodestone_trainer_restore(TrainingRun* run, const std::byte* bytes, std::size_t count) {
  const auto bad = run->restore({bytes, count});
  return bad ? fail(*bad) : 0;
}

/// Output: one value per epoch.
void lodestone_trainer_losses(const TrainingRun* run) { show(run->trainer().losses()); }
void lodestone_trainer_validation_losses(const TrainingRun* run) { show(run->trainer().validation_losses()); }

OwnedModel* lodestone_trainer_model(const TrainingRun* run) {
  auto model = run->model();
  if (!model) return fail(model.error()), nullptr;
  return new OwnedModel(std::move(*model));
}

}  // extern "C"
