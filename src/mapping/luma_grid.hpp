#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Rows of pixels in memory.
struct Picture {
  const std::uint8_t* pixels;
  int width;   ///< at least 1
  int height;  ///< at least 1
  int stride;  ///< bytes from one row to the next
  int step;    ///< bytes of a pixel: 1 for luma, 4 for red, green, blue and anything
};

/// What a stream of pictures shows, in few numbers.
class LumaGrid {
 public:
  static Result<LumaGrid> create(int columns, int rows);

  /// The next picture; its size may differ from that of the previous one.
  void see(const Picture& picture);

  /// The mean luma of each cell, row by row (0 to 1); its absolute change since the previous picture; the mean change;
  /// and the centre (x and y, 0 to 1) and the spread (root mean square distance) of the changes, which stay while
  /// nothing moves.
  std::span<const float> values() const { return values_; }

 private:
  LumaGrid(int columns, int rows, Buffer<float> values);
  void take_changes();

  int columns_;
  int rows_;
  Buffer<float> values_;
  bool is_first_ = true;
};

}  // namespace lodestone
