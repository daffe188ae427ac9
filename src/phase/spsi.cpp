#include "phase/spsi.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phase/blocks.hpp"
#include "phase/magnitude.hpp"

namespace lodestone {
namespace {

double main_lobe(Window window) {
  switch (window) {
    case Window::rectangular:
      return 1;
    case Window::sqrt_hann:
      return 1.5;
    case Window::hann:
    case Window::hann_symmetric:
    case Window::hamming:
      return 2;
    case Window::blackman:
      return 3;
  }
  return 2;
}

/// The position of a peak between its neighbours, −0.5 .. 0.5, from a parabola.
double peak_offset(double before, double at, double after) {
  const double curvature = before - 2 * at + after;
  return curvature < 0 ? std::clamp(0.5 * (before - after) / curvature, -0.5, 0.5) : 0;
}

}  // namespace

void Spsi::prepare(const StftConfig& stft, FirstError& error) {
  stft_ = stft;
  lobe_ = main_lobe(stft.window) * stft.size / stft.window_length();
  take_block(turns_, static_cast<std::uint64_t>(stft.bins()), error);
}

void Spsi::reset() { std::fill(turns_.begin(), turns_.end(), 0.0); }

// Regions extend from one valley to the next.
void Spsi::process(std::span<const float> magnitudes, std::span<std::complex<float>> spectrum) {
  const int bins = stft_.bins();
  for (int first = 0; first < bins;) {
    int peak = first;
    while (peak + 1 < bins && magnitudes[peak + 1] >= magnitudes[peak]) ++peak;
    int last = peak;
    while (last + 1 < bins && magnitudes[last + 1] < magnitudes[last]) ++last;
    fill_region(magnitudes, first, peak, last, spectrum);
    first = last + 1;
  }
}

void Spsi::fill_region(std::span<const float> magnitudes, int first, int peak, int last,
                       std::span<std::complex<float>> spectrum) {
  const int bins = stft_.bins();
  const double offset =
      peak > 0 && peak + 1 < bins ? peak_offset(magnitudes[peak - 1], magnitudes[peak], magnitudes[peak + 1]) : 0;
  const double advance = stft_.hop * (peak + offset) / stft_.size;
  double turns = turns_[peak] + advance;
  turns -= std::floor(turns);
  const double angle = 2 * std::numbers::pi * turns;
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  for (int n = first; n <= last; ++n) {
    // Side lobes alternate in sign. Seen from the start of the frame, its middle shifts by half a turn per bin.
    const double distance = std::abs(n - peak - offset);
    const int side_lobe = distance < lobe_ ? 0 : 1 + static_cast<int>(distance - lobe_);
    turns_[n] = side_lobe % 2 == 0 ? turns : (turns < 0.5 ? turns + 0.5 : turns - 0.5);
    const float sign = (side_lobe + n) % 2 == 0 ? 1.0f : -1.0f;
    const bool real = n == 0 || n + 1 == bins;
    spectrum[n] = with_magnitude(magnitudes[n], sign * c, real ? 0 : sign * s, magnitudes[n]);
  }
}

}  // namespace lodestone
