#pragma once

#include <span>
#include <string_view>

namespace lodestone {

/// Analysis windows of length N, n = 0 .. N-1.
enum class Window {
  hann,            ///< periodic: 0.5 - 0.5 cos(2πn/N), as torch.hann_window and librosa
  hann_symmetric,  ///< 0.5 - 0.5 cos(2πn/(N-1))
  sqrt_hann,       ///< half-sample symmetric: sqrt(0.5 - 0.5 cos(2π(n+0.5)/N)), that of LWS (but see Framing::lws)
  hamming,         ///< periodic: 0.54 - 0.46 cos(2πn/N)
  blackman,        ///< periodic: 0.42 - 0.5 cos(2πn/N) + 0.08 cos(4πn/N)
  rectangular,     ///< ones
};

/// The name on the command line and in files: hann, hann-symmetric, sqrt-hann, hamming, blackman, rectangular.
std::string_view window_name(Window window);

/// The window with that name; false if there is none.
bool parse_window(std::string_view name, Window& window);

/// Fills `values` with the window of that length, computed in double precision.
void fill_window(Window window, std::span<double> values);

}  // namespace lodestone
