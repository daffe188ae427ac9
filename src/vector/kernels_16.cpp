// AVX-512F; empty where the compiler is not asked for it.
#if defined(__AVX512F__)
#define LODESTONE_LANES 16
#include "vector/kernels.inl"
#endif
