#include "cli/colours.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cli {
namespace {

constexpr double pi = 3.14159265358979323846;

struct Linear {
  double red, green, blue;
  bool in_gamut() const {
    const auto fits = [](double v) { return v >= -1e-6 && v <= 1 + 1e-6; };
    return fits(red) && fits(green) && fits(blue);
  }
};

double cubed(double v) { return v * v * v; }

/// Linear sRGB of an OKLab colour given by lightness, chroma and hue in degrees.
Linear linear_rgb(double lightness, double chroma, double hue) {
  const double a = chroma * std::cos(hue * pi / 180);
  const double b = chroma * std::sin(hue * pi / 180);
  const double l = cubed(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cubed(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cubed(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

std::uint8_t encoded(double linear) {
  const double v = std::clamp(linear, 0.0, 1.0);
  const double s = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255 * s));
}

}  // namespace

std::array<Colour, 256> colour_map() {
  std::array<Colour, 256> colours{};
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const double t = static_cast<double>(i) / 255;
    const double lightness = 0.11 + 0.86 * t;
    const double hue = 278 + 185 * std::pow(t, 0.9);
    double chroma = 0.035 + 0.19 * std::sin(pi * std::pow(t, 0.8));
    while (chroma > 0 && !linear_rgb(lightness, chroma, hue).in_gamut()) chroma -= 0.002;
    const Linear rgb = linear_rgb(lightness, std::max(chroma, 0.0), hue);
    colours[i] = {encoded(rgb.red), encoded(rgb.green), encoded(rgb.blue)};
  }
  return colours;
}

}  // namespace lodestone::cli
