#include "mapping/packed_rows.hpp"

namespace lodestone {

Result<PackedRows> PackedRows::create(std::size_t rows, std::size_t columns) {
  PackedRows packed;
  packed.padded_rows_ = padded(rows);
  packed.columns_ = columns;
  auto values = Buffer<float>::create(std::uint64_t{packed.padded_rows_} * columns);
  if (!values) return values.error();
  packed.values_ = std::move(*values);
  return packed;
}

void PackedRows::set(std::size_t row, std::span<const float> values) {
  float* to = values_.data() + row / 4 * 4 * columns_ + row % 4;
  for (const float value : values) {
    *to = value;
    to += 4;
  }
}

void PackedRows::distances(const float* point, std::size_t rows, float* to) const {
  const float* block = values_.data();
  for (std::size_t row = 0; row < rows; row += 4) {
    Four sum{};
    for (std::size_t i = 0; i < columns_; ++i, block += 4) {
      const Four difference = load<Four>(block) - point[i];
      sum += difference * difference;
    }
    store(to + row, sum);
  }
}

void gaussian(const float* squared_distances, std::size_t count, float gamma, float* to) {
  for (std::size_t i = 0; i < count; i += 4) {
    store(to + i, scrub(exponential(-gamma * load<Four>(squared_distances + i)), kLeast));
  }
}

}  // namespace lodestone
