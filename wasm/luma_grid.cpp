/// What a camera's pictures show.

#include "mapping/luma_grid.hpp"

#include "abi.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

LumaGrid* lodestone_luma_grid_create(int columns, int rows) { return hand_over(LumaGrid::create(columns, rows)); }
void lodestone_luma_grid_destroy(LumaGrid* grid) { delete grid; }

/// Pixels of `step` bytes: 1 for luma, 4 for colours; rows begin every `stride` bytes.
void lodestone_luma_grid_see(LumaGrid* grid, const std::uint8_t* pixels, int width, int height, int stride, int step) {
  grid->see({pixels, width, height, stride, step});
}

/// See LumaGrid::values; always at the same address.
const float* lodestone_luma_grid_values(const LumaGrid* grid) { return grid->values().data(); }

}  // extern "C"
