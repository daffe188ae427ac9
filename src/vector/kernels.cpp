#include "vector/kernels.hpp"

#include <cstdlib>
#include <initializer_list>

namespace lodestone {

extern const Kernels kernels_4;
extern const TrainingKernels training_kernels_4;
#if defined(__x86_64__)
extern const TrainingKernels training_kernels_8;
extern const TrainingKernels training_kernels_16;

namespace {

const TrainingKernels& widest() {
  if (const char* asked = std::getenv("LODESTONE_LANES")) {
    if (const TrainingKernels* found = kernels_of(std::atoi(asked))) return *found;
  }
  for (int lanes : {16, 8}) {
    if (const TrainingKernels* found = kernels_of(lanes)) return *found;
  }
  return training_kernels_4;
}

}  // namespace

const Kernels& kernels() { return widest(); }
const TrainingKernels& training_kernels() { return widest(); }
#else
const Kernels& kernels() { return kernels_4; }
const TrainingKernels& training_kernels() { return training_kernels_4; }
#endif

const TrainingKernels* kernels_of(int lanes) {
#if defined(__x86_64__)
  if (lanes == 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &training_kernels_8;
  if (lanes == 16 && __builtin_cpu_supports("avx512f")) return &training_kernels_16;
#endif
  return lanes == 4 ? &training_kernels_4 : nullptr;
}

}  // namespace lodestone
