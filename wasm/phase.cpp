/// Phase options.

#include "lodestone/phase.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include "abi.hpp"
#include "arguments.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

PhaseConfig* lodestone_phase_create() { return new PhaseConfig; }
void lodestone_phase_destroy(PhaseConfig* phase) { delete phase; }

/// Replaces all options with the preset of that name.
int lodestone_phase_preset(PhaseConfig* phase, const char* name, std::size_t length) {
  const std::string_view wanted(name, length);
  if (phase_preset(wanted, *phase)) return 0;
  std::string known;
  for (const std::string_view preset : phase_presets())
    known = sentence("{}{}{}", known, known.empty() ? "" : ", ", preset);
  return fail(refused("preset is {}; allowed: {}", quoted(wanted), known));
}

int lodestone_phase_add_stage(PhaseConfig* phase, int method, int iterations, double alpha, double beta, double gamma,
                              double momentum) {
  if (auto bad = check_enumerator("method", method, static_cast<int>(PhaseMethod::spsi))) return fail(*bad);
  phase->stages.push_back({static_cast<PhaseMethod>(method), iterations, alpha, beta, gamma, momentum});
  return 0;
}

void lodestone_phase_set_look_ahead(PhaseConfig* phase, int frames) { phase->look_ahead = frames; }
void lodestone_phase_set_weight_range(PhaseConfig* phase, int bins) { phase->weight_range = bins; }

}  // extern "C"
