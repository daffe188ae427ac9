#include <cmath>

#include "errors/message.hpp"
#include "lodestone/phase.hpp"
#include "phase/input.hpp"
#include "phase/projection.hpp"

namespace lodestone {

Result<double> consistency(const Spectrum& spectrum) {
  if (auto error = spectrum.stft.check_invertible()) return *error;
  if (spectrum.count() == 0) return malformed("there are no frames; at least 1 is needed");
  if (auto error = check_bins(spectrum.stft, spectrum.values.cols())) return *error;
  auto projection = Projection::create(spectrum.stft, spectrum.count(), spectrum.samples);
  if (!projection) return projection.error();
  double power = 0, error = 0;
  const auto compare = [&](std::size_t number, std::span<const std::complex<float>> consistent) {
    const auto frame = spectrum.values.row(number);
    for (std::size_t n = 0; n < frame.size(); ++n) {
      power += std::norm(std::complex<double>(frame[n]));
      error += std::norm(std::complex<double>(consistent[n]) - std::complex<double>(frame[n]));
    }
  };
  for (std::size_t m = 0; m < spectrum.count(); ++m) projection->push(spectrum.values.row(m), compare);
  projection->finish(compare);
  return 10 * std::log10(power / error);
}

}  // namespace lodestone
