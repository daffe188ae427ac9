// AVX-512; empty unless the compiler targets it.
#if defined(__AVX512F__)
#define LODESTONE_LANES 16
#include "phase/lws_loops.inl"
#endif
