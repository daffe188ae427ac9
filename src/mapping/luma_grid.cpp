#include "mapping/luma_grid.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "errors/message.hpp"

namespace lodestone {
namespace {

constexpr int most_cells = 64;              // in a row or column
constexpr float least_change = 1.0f / 512;  // below it, what changes is the camera's noise

/// The pixels of cell `cell` of `cells`, at least one.
struct Range {
  int from, to;
  Range(int cell, int cells, int length)
      : from(cell * length / cells), to(std::max((cell + 1) * length / cells, from + 1)) {}
};

std::uint32_t sum_of_luma(const std::uint8_t* pixels, int count) {
  std::uint32_t sum = 0;
  for (int i = 0; i < count; ++i) sum += pixels[i];
  return sum;
}

/// 256 times the luma of Rec. 601 of pixels of four bytes.
std::uint32_t sum_of_colours(const std::uint8_t* pixels, int count) {
  std::uint32_t sum = 0;
  for (int i = 0; i < 4 * count; i += 4) sum += 77u * pixels[i] + 150u * pixels[i + 1] + 29u * pixels[i + 2];
  return sum;
}

float mean_luma(const Picture& picture, Range across, Range down) {
  const bool is_luma = picture.step == 1;
  const int count = across.to - across.from;
  double sum = 0;
  for (int y = down.from; y < down.to; ++y) {
    const auto* row = picture.pixels + static_cast<std::size_t>(y) * picture.stride + across.from * picture.step;
    sum += is_luma ? sum_of_luma(row, count) : sum_of_colours(row, count);
  }
  const double full = (is_luma ? 255.0 : 255.0 * 256.0) * count * (down.to - down.from);
  return static_cast<float>(sum / full);
}

}  // namespace

Result<LumaGrid> LumaGrid::create(int columns, int rows) {
  if (columns < 1 || columns > most_cells) return out_of_range("columns", columns, "1 to 64");
  if (rows < 1 || rows > most_cells) return out_of_range("rows", rows, "1 to 64");
  auto values = Buffer<float>::create(2u * columns * rows + 4);
  if (!values) return values.error();
  return LumaGrid(columns, rows, std::move(*values));
}

LumaGrid::LumaGrid(int columns, int rows, Buffer<float> values)
    : columns_(columns), rows_(rows), values_(std::move(values)) {
  std::fill_n(values_.end() - 3, 2, 0.5f);
}

void LumaGrid::see(const Picture& picture) {
  const int cells = columns_ * rows_;
  for (int cell = 0; cell < cells; ++cell) {
    const Range across(cell % columns_, columns_, picture.width);
    const Range down(cell / columns_, rows_, picture.height);
    const float mean = mean_luma(picture, across, down);
    values_[cells + cell] = is_first_ ? 0 : std::abs(mean - values_[cell]);
    values_[cell] = mean;
  }
  is_first_ = false;
  take_changes();
}

void LumaGrid::take_changes() {
  const int cells = columns_ * rows_;
  double sum = 0, x = 0, y = 0, squares = 0;
  for (int cell = 0; cell < cells; ++cell) {
    const double change = values_[cells + cell];
    const int column = cell % columns_, row = cell / columns_;
    const double at_x = (column + 0.5) / columns_;
    const double at_y = (row + 0.5) / rows_;
    sum += change;
    x += change * at_x;
    y += change * at_y;
    squares += change * (at_x * at_x + at_y * at_y);
  }
  float* const motion = &values_[2 * cells];
  motion[0] = static_cast<float>(sum / cells);
  if (motion[0] < least_change) return;
  x /= sum;
  y /= sum;
  motion[1] = static_cast<float>(x);
  motion[2] = static_cast<float>(y);
  motion[3] = static_cast<float>(std::sqrt(std::max(squares / sum - x * x - y * y, 0.0)));
}

}  // namespace lodestone
