// AVX-512F; empty unless the compiler targets it.
#if defined(__AVX512F__)
#define LODESTONE_LANES 16
#include "vector/kernels.inl"
#endif
