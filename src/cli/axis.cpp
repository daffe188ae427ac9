#include "cli/axis.hpp"

#include <algorithm>
#include <cmath>

#include "cli/font.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

std::vector<double> linear_ticks(const Axis& axis, int most) {
  if (!(axis.high > axis.low)) return {};
  const double rough = (axis.high - axis.low) / std::max(most, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  std::vector<double> ticks;
  const double slack = 1e-9 * (axis.high - axis.low);
  const auto first = std::llround(std::ceil((axis.low - slack) / step));
  for (auto i = first; static_cast<double>(i) * step <= axis.high + slack; ++i)
    ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

/// 1, 2 and 5 of each decade, or only the decades if that would be too many.
std::vector<double> logarithmic_ticks(const Axis& axis, int most) {
  std::vector<double> all;
  std::vector<double> decades;
  for (int decade = static_cast<int>(std::floor(std::log10(axis.low))); std::pow(10.0, decade) <= axis.high * 1.000001;
       ++decade) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10.0, decade);
      if (value < axis.low * 0.999999 || value > axis.high * 1.000001) continue;
      all.push_back(value);
      if (factor == 1.0) decades.push_back(value);
    }
  }
  return static_cast<int>(all.size()) <= most || decades.size() < 2 ? all : decades;
}

}  // namespace

double Axis::share(double value) const {
  return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

double Axis::value(double share) const {
  return logarithmic ? low * std::pow(high / low, share) : low + share * (high - low);
}

std::vector<double> Axis::ticks(int most) const {
  return logarithmic ? logarithmic_ticks(*this, most) : linear_ticks(*this, most);
}

std::string tick_text(double value) {
  if (std::fabs(value) >= 1000) return number_text(value / 1000, 5) + "k";
  return number_text(std::fabs(value) < 1e-12 ? 0 : value, 5);
}

Result<Page> Page::create(int width, int height, bool legend) {
  auto canvas = Canvas::create(width, height, background);
  if (!canvas) return canvas.error();
  const int scale = std::max(1, std::min(width / 500, height / 250));
  const int unit = glyph_advance * scale;
  const int left = 8 * unit;
  const int right = legend ? 13 * unit : 4 * unit;
  const int top = 5 * unit;
  const int bottom = 4 * unit;
  const Box area{left, top, width - left - right, height - top - bottom};
  return Page{std::move(*canvas), area, scale};
}

int Page::text_height() const { return glyph_height * scale; }

void Page::title(std::string_view left, std::string_view right) {
  const int y = 2 * scale + text_height() / 2;
  canvas.text(area.left, y, left, scale, ink);
  const int x = area.right() - Canvas::text_width(right, scale);
  if (x > area.left + Canvas::text_width(left, scale) + 2 * glyph_advance * scale)
    canvas.text(x, y, right, scale, faint);
}

void Page::horizontal(const Axis& axis, std::string_view unit, bool grid) {
  const int unit_left = area.right() - Canvas::text_width(unit, scale);
  const int y = area.bottom() + 5 * scale;
  int last_right = -glyph_advance * scale;
  for (const double tick : axis.ticks(area.width / (6 * glyph_advance * scale))) {
    const int x = area.left + static_cast<int>(std::lround(axis.share(tick) * (area.width - 1)));
    if (grid) canvas.fill({x, area.top, 1, area.height}, faint, 0.35);
    canvas.fill({x, area.bottom(), 1, 3 * scale}, faint);
    const std::string label = number_text(std::fabs(tick) < 1e-12 ? 0 : tick, 6);
    const int width = Canvas::text_width(label, scale);
    const int text_left = std::max(0, x - width / 2);
    const int gap = glyph_advance * scale;
    if (text_left < last_right + gap || text_left + width + gap > unit_left) continue;
    canvas.text(text_left, y, label, scale, ink);
    last_right = text_left + width;
  }
  canvas.text(unit_left, y, unit, scale, faint);
}

void Page::vertical(const Axis& axis, std::string_view unit, bool grid) {
  int last_top = area.bottom() + 2 * text_height();
  for (const double tick : axis.ticks(area.height / (3 * text_height()))) {
    const int y = area.bottom() - 1 - static_cast<int>(std::lround(axis.share(tick) * (area.height - 1)));
    if (grid) canvas.fill({area.left, y, area.width, 1}, faint, 0.35);
    canvas.fill({area.left - 3 * scale, y, 3 * scale, 1}, faint);
    const std::string label = tick_text(tick);
    const int top = y - text_height() / 2;
    if (last_top - top < text_height() + 2 * scale) continue;
    canvas.text(area.left - 5 * scale - Canvas::text_width(label, scale), top, label, scale, ink);
    last_top = top;
  }
  canvas.text(area.left - 5 * scale - Canvas::text_width(unit, scale), area.top - 2 * text_height(), unit, scale,
              faint);
}

}  // namespace lodestone::cli
