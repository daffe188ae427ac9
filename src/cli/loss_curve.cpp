#include <algorithm>
#include <cmath>

#include "cli/axis.hpp"
#include "cli/font.hpp"
#include "cli/pictures.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr Colour training_colour{255, 170, 84};
constexpr Colour validation_colour{96, 186, 255};

/// Round bounds around all finite losses; logarithmic if they span more than a factor of ten.
Axis loss_axis(std::span<const float> losses, std::span<const float> validation) {
  double low = INFINITY;
  double high = 0;
  for (const auto values : {losses, validation}) {
    for (const float value : values) {
      if (!std::isfinite(value) || value < 0) continue;
      low = std::min<double>(low, value);
      high = std::max<double>(high, value);
    }
  }
  if (!(high > 0)) return {0, 1, false};
  if (low > 0 && high > 10 * low) return {low * std::pow(high / low, -0.05), high * std::pow(high / low, 0.05), true};
  return {0, 1.05 * high, false};
}

void draw_curve(Page& page, const Axis& epochs, const Axis& loss, std::span<const float> values, Colour colour) {
  const Box& area = page.area;
  const auto x = [&](std::size_t i) { return area.left + epochs.share(static_cast<double>(i + 1)) * area.width; };
  const auto y = [&](float value) {
    return area.bottom() - std::clamp(loss.share(std::max<double>(value, 1e-30)), -1.0, 2.0) * area.height;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t from = i == 0 ? 0 : i - 1;
    if (!std::isfinite(values[from]) || !std::isfinite(values[i])) continue;
    page.canvas.line(x(from), y(values[from]), x(i), y(values[i]), 1.5 * page.scale, colour, area);
  }
}

/// Name and last value of a curve, right-aligned in the upper corner of the area.
void draw_key(Page& page, int row, std::string_view name, float last, Colour colour) {
  const std::string text = std::string(name) + " " + number_text(last, 4);
  const int unit = glyph_advance * page.scale;
  const int x = page.area.right() - Canvas::text_width(text, page.scale) - 2 * unit;
  const int y = page.area.top + 2 * unit + row * 2 * page.text_height();
  page.canvas.fill({x - 4 * unit, y + page.text_height() / 2 - page.scale / 2, 3 * unit, std::max(2, page.scale)},
                   colour);
  page.canvas.text(x, y, text, page.scale, Page::ink);
}

std::string network_title(const NetworkConfig& network) {
  std::string text = std::to_string(network.bins) + " bins  LSTM";
  for (const int hidden : network.layers) text += " " + std::to_string(hidden);
  return text + "  sequence " + std::to_string(network.sequence) + "  " + std::string(scale_name(network.scale));
}

}  // namespace

Result<Picture> draw_losses(const Model& model, int width, int height, std::string_view title) {
  if (model.losses.empty()) {
    return Error{ErrorCode::invalid_data, "the model contains no loss history; needed: the loss of at least 1 epoch"};
  }
  auto made = Page::create(width, height, false);
  if (!made) return made.error();
  Page page = std::move(*made);
  const Axis epochs{1, std::max(2.0, static_cast<double>(model.losses.size())), false};
  const Axis loss = loss_axis(model.losses, model.validation_losses);
  page.canvas.frame(page.area, Page::faint);
  page.title(title, network_title(model.network));
  page.horizontal(epochs, "epochs", true);
  page.vertical(loss, "loss", true);
  draw_curve(page, epochs, loss, model.losses, training_colour);
  draw_key(page, 0, "training", model.losses.back(), training_colour);
  if (!model.validation_losses.empty()) {
    draw_curve(page, epochs, loss, model.validation_losses, validation_colour);
    draw_key(page, 1, "validation", model.validation_losses.back(), validation_colour);
  }
  return std::move(page.canvas).take();
}

}  // namespace lodestone::cli
