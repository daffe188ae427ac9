/// Features of a stream of samples.

#include <cstddef>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/features.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

Analyser* lodestone_analyser_create(const double* config, std::size_t count) {
  return create_from<Analyser, AnalyserConfig>(config, count);
}

void lodestone_analyser_destroy(Analyser* analyser) { delete analyser; }
void lodestone_analyser_reset(Analyser* analyser) { analyser->reset(); }

/// Returns how many of the samples were consumed.
std::size_t lodestone_analyser_push(Analyser* analyser, const float* samples, std::size_t count) {
  return analyser->push({samples, count});
}

/// Moves the next frame into `lodestone_analyser_frame`; returns 1, or 0 if none is ready.
int lodestone_analyser_next(Analyser* analyser) { return analyser->next() ? 1 : 0; }

/// The newest frame, laid out according to FeatureLayout, always at the same address.
const float* lodestone_analyser_frame(const Analyser* analyser) { return analyser->frame().data(); }

}  // extern "C"
