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

/// How many of the samples it took.
std::size_t lodestone_analyser_push(Analyser* analyser, const float* samples, std::size_t count) {
  return analyser->push({samples, count});
}

/// 1 if another frame is ready, which is then in `lodestone_analyser_frame`.
int lodestone_analyser_next(Analyser* analyser) { return analyser->next() ? 1 : 0; }

/// The newest frame, laid out as FeatureLayout says, always at the same address.
const float* lodestone_analyser_frame(const Analyser* analyser) { return analyser->frame().data(); }

}  // extern "C"
