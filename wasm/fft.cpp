/// How the Fourier transform was compiled.

#include "spectrum/fft.hpp"

using namespace lodestone;

extern "C" {

/// Lanes of PFFFT's vectors: 4, or 1 if it was compiled without SIMD.
int lodestone_simd_size() { return fft_simd_size(); }

}  // extern "C"
