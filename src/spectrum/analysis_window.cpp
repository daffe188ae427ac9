#include "spectrum/analysis_window.hpp"

#include <cmath>
#include <cstddef>

namespace lodestone {
namespace {

/// Scales the window so that its squares, overlapped hop by hop, sum to 1, as the authors of LWS do.
void normalise(std::size_t hop, Buffer<double>& window) {
  for (std::size_t i = 0; i < hop; ++i) {
    double sum = 0;
    for (std::size_t n = i; n < window.size(); n += hop) sum += window[n] * window[n];
    for (std::size_t n = i; n < window.size(); n += hop) window[n] /= std::sqrt(sum);
  }
}

}  // namespace

Result<Buffer<double>> analysis_window(const StftConfig& config) {
  auto window = Buffer<double>::create(config.window_length());
  if (!window) return window;
  fill_window(config.window, *window);
  if (config.framing == Framing::lws && config.window == Window::sqrt_hann) normalise(config.hop, *window);
  return window;
}

}  // namespace lodestone
