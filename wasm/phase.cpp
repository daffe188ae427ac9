/// Phase options.

#include "lodestone/phase.hpp"

#include <cstddef>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Has no stages yet.
PhaseConfig* lodestone_phase_create(const double* numbers, std::size_t count) {
  return hand_over(configuration<PhaseConfig>(numbers, count));
}

void lodestone_phase_destroy(PhaseConfig* phase) { delete phase; }

/// Adopts the stages of the preset with that index in `phase_presets`.
void lodestone_phase_preset(PhaseConfig* phase, std::size_t preset) {
  PhaseConfig found;
  phase_preset(phase_presets()[preset], found);
  phase->stages = std::move(found.stages);
}

int lodestone_phase_add_stage(PhaseConfig* phase, const double* numbers, std::size_t count) {
  const auto stage = configuration<PhaseStage>(numbers, count);
  if (!stage) return fail(stage.error());
  phase->stages.push_back(*stage);
  return 0;
}

}  // extern "C"
