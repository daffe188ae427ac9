#include "cli/canvas.hpp"

#include <algorithm>
#include <cmath>

#include "cli/font.hpp"

namespace lodestone::cli {

Result<Canvas> Canvas::create(int width, int height, Colour background) {
  Canvas canvas;
  canvas.picture_.width = width;
  canvas.picture_.height = height;
  auto rgb = Buffer<std::uint8_t>::create(3 * static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height));
  if (!rgb) return rgb.error();
  canvas.picture_.rgb = std::move(*rgb);
  canvas.fill({0, 0, width, height}, background);
  return canvas;
}

void Canvas::pixel(int x, int y, Colour colour, double cover) {
  if (x < 0 || y < 0 || x >= picture_.width || y >= picture_.height) return;
  const std::size_t index =
      static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) + static_cast<std::size_t>(x);
  std::uint8_t* const rgb = picture_.rgb.data() + 3 * index;
  const auto mix = [cover](std::uint8_t under, std::uint8_t over) {
    return static_cast<std::uint8_t>(std::lround(under + cover * (over - under)));
  };
  rgb[0] = mix(rgb[0], colour.red);
  rgb[1] = mix(rgb[1], colour.green);
  rgb[2] = mix(rgb[2], colour.blue);
}

void Canvas::fill(const Box& box, Colour colour, double cover) {
  for (int y = box.top; y < box.bottom(); ++y) {
    for (int x = box.left; x < box.right(); ++x) pixel(x, y, colour, cover);
  }
}

void Canvas::frame(const Box& box, Colour colour) {
  fill({box.left - 1, box.top - 1, box.width + 2, 1}, colour);
  fill({box.left - 1, box.bottom(), box.width + 2, 1}, colour);
  fill({box.left - 1, box.top, 1, box.height}, colour);
  fill({box.right(), box.top, 1, box.height}, colour);
}

void Canvas::line(double x0, double y0, double x1, double y1, double thickness, Colour colour, const Box& clip) {
  const double radius = thickness / 2;
  const double dx = x1 - x0;
  const double dy = y1 - y0;
  const double length_squared = std::max(dx * dx + dy * dy, 1e-12);
  const int left = std::max(clip.left, static_cast<int>(std::floor(std::min(x0, x1) - radius - 1)));
  const int right = std::min(clip.right() - 1, static_cast<int>(std::ceil(std::max(x0, x1) + radius + 1)));
  const int top = std::max(clip.top, static_cast<int>(std::floor(std::min(y0, y1) - radius - 1)));
  const int bottom = std::min(clip.bottom() - 1, static_cast<int>(std::ceil(std::max(y0, y1) + radius + 1)));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double px = x + 0.5 - x0;
      const double py = y + 0.5 - y0;
      const double along = std::clamp((px * dx + py * dy) / length_squared, 0.0, 1.0);
      const double distance = std::hypot(px - along * dx, py - along * dy);
      pixel(x, y, colour, std::clamp(radius + 0.5 - distance, 0.0, 1.0));
    }
  }
}

void Canvas::text(int x, int y, std::string_view text, int scale, Colour colour) {
  for (const char character : text) {
    const auto& rows = glyph(character);
    for (int row = 0; row < glyph_height; ++row) {
      for (int column = 0; column < glyph_width; ++column) {
        const bool set = (rows[static_cast<std::size_t>(row)] >> (glyph_width - 1 - column) & 1) != 0;
        if (set) fill({x + column * scale, y + (row + glyph_drop(character)) * scale, scale, scale}, colour);
      }
    }
    x += glyph_advance * scale;
  }
}

int Canvas::text_width(std::string_view text, int scale) {
  return text.empty() ? 0 : (static_cast<int>(text.size()) * glyph_advance - 1) * scale;
}

}  // namespace lodestone::cli
