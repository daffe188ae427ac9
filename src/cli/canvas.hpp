#pragma once

#include <cstdint>
#include <string_view>

#include "cli/host.hpp"

namespace lodestone::cli {

struct Colour {
  std::uint8_t red, green, blue;
};

/// A rectangle of pixels: `left` .. `left + width`, `top` .. `top + height`.
struct Box {
  int left, top, width, height;
  int right() const { return left + width; }
  int bottom() const { return top + height; }
};

/// Draws on a picture. Coordinates are pixels from the upper left corner; everything outside is clipped.
class Canvas {
 public:
  static Result<Canvas> create(int width, int height, Colour background);

  /// Blends `colour` over the pixel, with opacity `cover` from 0 to 1.
  void pixel(int x, int y, Colour colour, double cover = 1);
  void fill(const Box& box, Colour colour, double cover = 1);
  /// A one-pixel outline around the box.
  void frame(const Box& box, Colour colour);
  /// An antialiased straight line, clipped to `clip`.
  void line(double x0, double y0, double x1, double y1, double thickness, Colour colour, const Box& clip);
  /// Upper left corner at (x, y); each pixel of the font becomes scale x scale pixels.
  void text(int x, int y, std::string_view text, int scale, Colour colour);

  static int text_width(std::string_view text, int scale);

  const Picture& picture() const { return picture_; }
  Picture take() && { return std::move(picture_); }

 private:
  Picture picture_;
};

}  // namespace lodestone::cli
