#include <cmath>

#include "lodestone/phase.hpp"

namespace lodestone {

Result<double> consistency(const Spectrum& spectrum) {
  auto stft = Stft::create(spectrum.stft);
  if (!stft) return stft.error();
  auto samples = stft->inverse(spectrum);
  if (!samples) return samples.error();
  auto again = stft->transform(*samples);
  if (!again) return again.error();
  const auto before = spectrum.values.all();
  const auto after = again->values.all();
  double power = 0, error = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    power += std::norm(std::complex<double>(before[i]));
    error += std::norm(std::complex<double>(after[i]) - std::complex<double>(before[i]));
  }
  return 10 * std::log10(power / error);
}

}  // namespace lodestone
