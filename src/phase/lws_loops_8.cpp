// AVX2 and FMA; empty unless the compiler targets them.
#if defined(__AVX2__) && defined(__FMA__)
#define LODESTONE_LANES 8
#include "phase/lws_loops.inl"
#endif
