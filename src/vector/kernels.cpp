#include "vector/kernels.hpp"

#include <cstdlib>
#include <initializer_list>

namespace lodestone {

extern const Kernels kernels_4;
#if defined(__x86_64__)
extern const Kernels kernels_8;
extern const Kernels kernels_16;
#endif

const Kernels* kernels_of(int lanes) {
#if defined(__x86_64__)
  if (lanes == 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_8;
  if (lanes == 16 && __builtin_cpu_supports("avx512f")) return &kernels_16;
#endif
  return lanes == 4 ? &kernels_4 : nullptr;
}

const Kernels& kernels() {
#if defined(__x86_64__)
  if (const char* asked = std::getenv("LODESTONE_LANES")) {
    if (const Kernels* found = kernels_of(std::atoi(asked))) return *found;
  }
  for (int lanes : {16, 8}) {
    if (const Kernels* found = kernels_of(lanes)) return *found;
  }
#endif
  return kernels_4;
}

}  // namespace lodestone
