// SSE2, NEON or WebAssembly SIMD: available everywhere.
#define LODESTONE_LANES 4
#include "vector/kernels.inl"
