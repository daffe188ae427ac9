#pragma once

#include <string>
#include <vector>

#include "cli/canvas.hpp"

namespace lodestone::cli {

/// An axis of a plot.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  ///< requires low > 0

  /// The position of a value, from 0 at low to 1 at high.
  double share(double value) const;
  /// The value at that position.
  double value(double share) const;
  /// Round values within the axis, about `most` or fewer, in steps of 1, 2 or 5 times a power of ten.
  std::vector<double> ticks(int most) const;
};

/// A picture with a plotting area and room for labels around it.
struct Page {
  Canvas canvas;
  Box area;
  int scale;  ///< of the font

  /// `legend` leaves room for a colour bar on the right.
  static Result<Page> create(int width, int height, bool legend);

  void title(std::string_view left, std::string_view right);
  /// Ticks and labels below the area, with `unit` at the right end.
  void horizontal(const Axis& axis, std::string_view unit, bool grid);
  /// Ticks and labels to the left of the area, with `unit` above.
  void vertical(const Axis& axis, std::string_view unit, bool grid);
  int text_height() const;

  static constexpr Colour background{15, 16, 22};
  static constexpr Colour ink{205, 208, 218};
  static constexpr Colour faint{84, 88, 104};
};

/// For example 440, 5k, 0.01, 1e-6.
std::string tick_text(double value);

}  // namespace lodestone::cli
