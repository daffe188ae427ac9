#include "phase/magnitude.hpp"

#include <cstddef>

namespace lodestone {
namespace {

float square_of(std::complex<float> value) { return value.real() * value.real() + value.imag() * value.imag(); }

}  // namespace

// The roots and divisions stand in a loop of their own, of which the compiler makes vectors.
void give_magnitudes(std::span<const float> sizes, std::span<const std::complex<float>> from, std::span<float> scratch,
                     std::span<std::complex<float>> frame) {
  for (std::size_t n = 0; n < sizes.size(); ++n) scratch[n] = square_of(from[n]);
  for (std::size_t n = 0; n < sizes.size(); ++n) scratch[n] = sizes[n] / std::sqrt(scratch[n]);
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    const float re = from[n].real(), im = from[n].imag();
    if (is_ordinary(square_of(from[n]))) {
      frame[n] = {without_dust(re * scratch[n], sizes[n]), without_dust(im * scratch[n], sizes[n])};
    } else {
      frame[n] = with_magnitude(sizes[n], re, im, frame[n]);
    }
  }
}

}  // namespace lodestone
