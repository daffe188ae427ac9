// SSE2, NEON or WebAssembly SIMD: what every machine has.
#define LODESTONE_LANES 4
#include "phase/lws_loops.inl"
