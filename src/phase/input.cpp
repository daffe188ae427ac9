#include "phase/input.hpp"

#include <algorithm>
#include <cmath>

#include "errors/message.hpp"
#include "phase/lattice.hpp"
#include "spectrum/framing.hpp"

namespace lodestone {
Status check_magnitudes(const Magnitudes& magnitudes) {
  if (auto error = magnitudes.stft.check()) return error;
  if (auto error = magnitudes.stft.check_invertible()) return error;
  const auto bins = static_cast<std::size_t>(magnitudes.stft.bins());
  if (magnitudes.count() == 0) return malformed("there are no magnitude frames; at least 1 is needed");
  if (auto error = check_bins(magnitudes.stft, magnitudes.values.cols())) return error;
  const std::uint64_t samples = magnitudes.samples;
  if (samples != 0 && Layout(magnitudes.stft).frames(samples) != magnitudes.count()) {
    return malformed("there are {} magnitude frames; a signal of {} samples has {}", magnitudes.count(), samples,
                     Layout(magnitudes.stft).frames(samples));
  }
  const auto values = magnitudes.values.all();
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](float a) { return a >= 0 && a <= kLargestMagnitude; });
  if (bad == values.end()) return {};
  const auto index = static_cast<std::size_t>(bad - values.begin());
  return malformed("the magnitude at frame {}, bin {} is {}; allowed: 0 to 1e15", index / bins, index % bins,
                   double{*bad});
}

Status check_start(const Spectrum& start, const Magnitudes& magnitudes) {
  const auto frames = magnitudes.values.rows(), bins = magnitudes.values.cols();
  if (start.values.rows() != frames || start.values.cols() != bins) {
    return malformed("the start has {} frames of {} bins; the magnitudes have {} of {}", start.values.rows(),
                     start.values.cols(), frames, bins);
  }
  const auto values = start.values.all();
  const auto bad = std::find_if_not(values.begin(), values.end(),
                                    [](auto s) { return std::isfinite(s.real()) && std::isfinite(s.imag()); });
  if (bad == values.end()) return {};
  const auto index = static_cast<std::size_t>(bad - values.begin());
  return malformed("the start is not finite at frame {}, bin {}", index / bins, index % bins);
}

Status check_bins(const StftConfig& stft, std::size_t bins) {
  const auto wanted = static_cast<std::size_t>(stft.bins());
  if (bins == wanted) return {};
  return malformed("the frames have {} bins; size {} needs {}", bins, stft.size, wanted);
}

}  // namespace lodestone
