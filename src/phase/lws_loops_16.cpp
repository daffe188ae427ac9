// AVX-512; empty where the compiler is not asked for it.
#if defined(__AVX512F__)
#define LODESTONE_LANES 16
#include "phase/lws_loops.inl"
#endif
