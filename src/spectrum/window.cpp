#include "lodestone/window.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "facts/tables.hpp"

namespace lodestone {

std::string_view window_name(Window window) { return enumerator_name(window); }
bool parse_window(std::string_view name, Window& window) { return parse_enumerator(name, window); }

void fill_window(Window window, std::span<double> values) {
  const auto length = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto n = static_cast<double>(i);
    const auto cosine = [](double turns) { return std::cos(2 * std::numbers::pi * turns); };
    switch (window) {
      case Window::hann:
        values[i] = 0.5 - 0.5 * cosine(n / length);
        break;
      case Window::hann_symmetric:
        values[i] = length > 1 ? 0.5 - 0.5 * cosine(n / (length - 1)) : 1;
        break;
      case Window::sqrt_hann:
        values[i] = std::sqrt(0.5 - 0.5 * cosine((n + 0.5) / length));
        break;
      case Window::hamming:
        values[i] = 0.54 - 0.46 * cosine(n / length);
        break;
      case Window::blackman:
        values[i] = 0.42 - 0.5 * cosine(n / length) + 0.08 * cosine(2 * n / length);
        break;
      case Window::rectangular:
        values[i] = 1;
        break;
    }
  }
}

}  // namespace lodestone
