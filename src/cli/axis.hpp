#pragma once

#include <string>
#include <vector>

#include "cli/canvas.hpp"

namespace lodestone::cli {

/// Values along one side of a plot.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  ///< then low is above 0

  /// Where a value lies, 0 at low and 1 at high.
  double share(double value) const;
  /// The value at that share.
  double value(double share) const;
  /// Round values within, at most about so many: steps of 1, 2 or 5 times a power of ten.
  std::vector<double> ticks(int most) const;
};

/// A picture with a plotting area in its middle and room for labels around.
struct Page {
  Canvas canvas;
  Box area;
  int scale;  ///< of the font

  /// The plotting area leaves room for a legend bar on the right where `legend` says so.
  static Result<Page> create(int width, int height, bool legend);

  void title(std::string_view left, std::string_view right);
  /// Ticks and labels below the area; `unit` stands at its right end.
  void horizontal(const Axis& axis, std::string_view unit, bool grid);
  /// Ticks and labels left of the area; `unit` stands above it.
  void vertical(const Axis& axis, std::string_view unit, bool grid);
  int text_height() const;

  static constexpr Colour background{15, 16, 22};
  static constexpr Colour ink{205, 208, 218};
  static constexpr Colour faint{84, 88, 104};
};

/// 440, 5k, 0.01, 1e-6.
std::string tick_text(double value);

}  // namespace lodestone::cli
