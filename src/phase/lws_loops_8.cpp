// AVX2 and FMA; empty where the compiler is not asked for them.
#if defined(__AVX2__) && defined(__FMA__)
#define LODESTONE_LANES 8
#include "phase/lws_loops.inl"
#endif
