#include "phase/lws_loops.hpp"

#include <cmath>

#include "phase/lattice.hpp"
#include "vector/kernels.hpp"

namespace lodestone {

extern const LwsLoops lws_loops_4;
#if defined(__x86_64__)
extern const LwsLoops lws_loops_8;
extern const LwsLoops lws_loops_16;
#endif

const LwsLoops& lws_loops() {
#if defined(__x86_64__)
  const int lanes = kernels().lanes;
  if (lanes == 16) return lws_loops_16;
  if (lanes == 8) return lws_loops_8;
#endif
  return lws_loops_4;
}

void settle(float size, float re, float im, float& value_re, float& value_im) {
  const double square = double{re} * re + double{im} * im;
  if (square == 0) return;
  const float whole = size * Lattice::kGain;
  const double scale = whole / std::sqrt(square);
  value_re = without_dust(static_cast<float>(re * scale), whole);
  value_im = without_dust(static_cast<float>(im * scale), whole);
}

}  // namespace lodestone
