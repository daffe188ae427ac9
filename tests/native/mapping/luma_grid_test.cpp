#include "mapping/luma_grid.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

struct Image {
  int width, height, stride, step;
  std::vector<std::uint8_t> bytes;

  Image(int w, int h, int row, int pixel)
      : width(w), height(h), stride(row), step(pixel), bytes(std::size_t(row) * h) {}
  Picture picture() const { return {bytes.data(), width, height, stride, step}; }
  double luma(int x, int y) const {
    const auto* pixel = &bytes[std::size_t(y) * stride + x * step];
    if (step == 1) return pixel[0] / 255.0;
    return (77.0 * pixel[0] + 150.0 * pixel[1] + 29.0 * pixel[2]) / 256 / 255;
  }
};

Image noise(int width, int height, int stride, int step, std::uint32_t seed) {
  Image image(width, height, stride, step);
  Random random(seed);
  for (auto& byte : image.bytes) byte = static_cast<std::uint8_t>(random.uniform() * 256);
  return image;
}

/// The mean of one cell, pixel by pixel.
double mean(const Image& image, int column, int row, int columns, int rows) {
  double sum = 0;
  int count = 0;
  for (int y = row * image.height / rows; y < (row + 1) * image.height / rows; ++y) {
    for (int x = column * image.width / columns; x < (column + 1) * image.width / columns; ++x, ++count)
      sum += image.luma(x, y);
  }
  return sum / count;
}

}  // namespace

TEST_CASE("a luma grid has the means of its cells and their changes") {
  for (const int step : {1, 4}) {
    const int columns = 7, rows = 5;  // which do not divide the size
    auto grid = LumaGrid::create(columns, rows).value();
    const Image before = noise(61, 43, 61 * step + 3, step, 1);
    const Image now = noise(320, 240, 320 * step, step, 2);  // of another size
    grid.see(before.picture());
    for (int i = columns * rows; i <= 2 * columns * rows; ++i) CHECK(grid.values()[i] == 0);
    grid.see(now.picture());
    double changes = 0;
    for (int cell = 0; cell < columns * rows; ++cell) {
      const double was = mean(before, cell % columns, cell / columns, columns, rows);
      const double is = mean(now, cell % columns, cell / columns, columns, rows);
      CHECK(grid.values()[cell] == Approx(is).margin(1e-6));
      CHECK(grid.values()[columns * rows + cell] == Approx(std::abs(is - was)).margin(1e-6));
      changes += std::abs(is - was);
    }
    CHECK(grid.values()[2 * columns * rows] == Approx(changes / (columns * rows)).margin(1e-6));
  }
}

TEST_CASE("a luma grid finds where something moves, and stays there when it rests") {
  auto grid = LumaGrid::create(4, 2).value();
  Image image(40, 20, 40, 1);
  const auto light = [&](int column, int row) {
    for (int y = 10 * row; y < 10 * row + 10; ++y)
      for (int x = 10 * column; x < 10 * column + 10; ++x) image.bytes[40 * y + x] = 255;
  };
  const auto motion = grid.values().subspan(16);
  grid.see(image.picture());
  CHECK(motion[0] == 0);
  CHECK((motion[1] == 0.5f && motion[2] == 0.5f && motion[3] == 0));
  light(0, 0);
  light(2, 0);
  grid.see(image.picture());
  CHECK(motion[0] == 0.25f);
  CHECK((motion[1] == 0.375f && motion[2] == 0.25f && motion[3] == 0.25f));
  grid.see(image.picture());
  CHECK(motion[0] == 0);
  CHECK((motion[1] == 0.375f && motion[2] == 0.25f && motion[3] == 0.25f));
}

TEST_CASE("a luma grid of more cells than pixels has no empty cells") {
  auto grid = LumaGrid::create(8, 8).value();
  Image image(3, 2, 3, 1);
  image.bytes = {255, 255, 255, 255, 255, 255};
  grid.see(image.picture());
  for (int cell = 0; cell < 64; ++cell) CHECK(grid.values()[cell] == 1);
}

TEST_CASE("a luma grid's size is checked") {
  CHECK(LumaGrid::create(0, 1).error().message == "columns is 0; allowed: 1 to 64");
  CHECK(LumaGrid::create(1, 65).error().message == "rows is 65; allowed: 1 to 64");
}
