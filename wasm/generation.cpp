/// Generates whole sounds.

#include <cstddef>
#include <cstdint>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/player.hpp"
#include "models.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// `points` and `lengths`: `count` values each; both may be null when it is 0.
DreamConfig* lodestone_dream_create(const double* numbers, std::size_t number_count, const double* points,
                                    const int* lengths, std::size_t count) {
  auto config = configuration<DreamConfig>(numbers, number_count);
  if (config) {
    config->points = {points, points + count};
    config->lengths = {lengths, lengths + count};
  }
  return hand_over(std::move(config));
}

void lodestone_dream_destroy(DreamConfig* dream) { delete dream; }

Generation* lodestone_generation_create(const OwnedModel* model, const DreamConfig* dream, const PhaseConfig* phase,
                                        double seconds) {
  return hand_over(Generation::create(model->view(), *dream, *phase, seconds));
}

void lodestone_generation_destroy(Generation* generation) { delete generation; }

/// Works for a few milliseconds; returns 1 when the sound is ready, -1 on failure.
int lodestone_generation_step(Generation* generation) {
  auto done = generation->step();
  if (done) return *done ? 1 : 0;
  fail(done.error());
  return -1;
}

double lodestone_generation_progress(const Generation* generation) { return generation->progress(); }
double lodestone_generation_reseeds(const Generation* generation) { return static_cast<double>(generation->reseeds()); }

/// Output: the finished sound.
void lodestone_generation_samples(const Generation* generation) {
  const Buffer<float>& samples = generation->samples();
  show(samples.data(), 1, samples.size());
}

}  // extern "C"
