// The kernels for LODESTONE_LANES lanes. Included by one source per width, which is compiled for that instruction set
// alone; hence nothing here may leave the unnamed namespace but the table at the end, and no inline function of the
// standard library may be called.
#include <cmath>

#include "vector/kernels.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

constexpr std::size_t lanes = LODESTONE_LANES;
using V = Floats<lanes>;

// Tiles of C that fit the registers: 16 of them at 4 and 8 lanes, 32 at 16.
constexpr std::size_t tile_rows = lanes == 4 ? 4 : lanes == 8 ? 6 : 8;
constexpr std::size_t panel_width = 2 * lanes;
// A block of A that is repacked at once, and stays in the first-level cache with a piece of a panel.
constexpr std::size_t block_depth = 256;
constexpr std::size_t block_tiles = 24 / tile_rows;
// Panels that a single row takes at once, to hide the latency of its sums.
constexpr std::size_t row_panels = 4;

std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

void pack(std::size_t depth, std::size_t columns, const float* from, std::ptrdiff_t depth_stride,
          std::ptrdiff_t column_stride, float* to) {
  for (std::size_t j0 = 0; j0 < columns; j0 += panel_width) {
    const std::size_t width = smaller(panel_width, columns - j0);
    const float* corner = from + static_cast<std::ptrdiff_t>(j0) * column_stride;
    for (std::size_t k = 0; k < depth; ++k, to += panel_width) {
      const float* row = corner + static_cast<std::ptrdiff_t>(k) * depth_stride;
      if (column_stride == 1) {
        std::memcpy(to, row, width * sizeof(float));
      } else {
        for (std::size_t j = 0; j < width; ++j) to[j] = row[static_cast<std::ptrdiff_t>(j) * column_stride];
      }
      for (std::size_t j = width; j < panel_width; ++j) to[j] = 0;
    }
  }
}

/// Goes on with the sums of a tile: `rows` rows of `panels` panels, over `depth` terms.
/// `a` is `[depth][rows]`; the panels of `b` lie `panel_stride` apart.
template <std::size_t rows, std::size_t panels>
void accumulate(std::size_t depth, const float* a, const float* b, std::size_t panel_stride,
                V (&tile)[rows][2 * panels]) {
  V sum[rows][2 * panels];
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 2 * panels; ++j) sum[i][j] = tile[i][j];
  }
  for (std::size_t k = 0; k < depth; ++k, a += rows, b += panel_width) {
    V column[2 * panels];
    for (std::size_t j = 0; j < 2 * panels; ++j) column[j] = load<V>(b + (j / 2) * panel_stride + (j % 2) * lanes);
    for (std::size_t i = 0; i < rows; ++i) {
      const V factor = splat<V>(a[i]);
      for (std::size_t j = 0; j < 2 * panels; ++j) sum[i][j] = multiply_add(factor, column[j], sum[i][j]);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 2 * panels; ++j) tile[i][j] = sum[i][j];
  }
}

/// `tile` from or to the first `width` columns of `rows` rows in memory.
template <std::size_t vectors>
void read_row(V (&row)[vectors], const float* from, std::size_t width) {
  for (std::size_t j = 0; j < vectors; ++j) {
    if ((j + 1) * lanes <= width) {
      row[j] = load<V>(from + j * lanes);
    } else {
      row[j] = j * lanes < width ? load_some<V>(from + j * lanes, width - j * lanes) : V{};
    }
  }
}

template <std::size_t vectors>
void write_row(float* to, const V (&row)[vectors], std::size_t width) {
  for (std::size_t j = 0; j < vectors && j * lanes < width; ++j) {
    if ((j + 1) * lanes <= width) {
      store(to + j * lanes, row[j]);
    } else {
      store_some(to + j * lanes, row[j], width - j * lanes);
    }
  }
}

/// Where the sums of row i stand when the terms from depth `k0` on are added.
const float* begun(const Product& p, std::size_t k0, std::size_t i) {
  if (k0 > 0) return p.c + static_cast<std::ptrdiff_t>(i) * p.c_row;
  return p.start ? p.start + static_cast<std::ptrdiff_t>(i) * p.start_row : nullptr;
}

/// A tile of `rows` × `panels` panels from row i0 and panel `first` on, terms k0 .. k0+depth-1.
template <std::size_t rows, std::size_t panels>
void multiply_tile(const Product& p, const float* a, std::size_t i0, std::size_t first, std::size_t k0,
                   std::size_t depth) {
  const std::size_t count = smaller(rows, p.rows - i0);
  const std::size_t j0 = first * panel_width;
  const std::size_t width = smaller(panels * panel_width, p.columns - j0);
  V tile[rows][2 * panels] = {};
  for (std::size_t i = 0; i < count; ++i) {
    if (const float* sums = begun(p, k0, i0 + i)) read_row(tile[i], sums + j0, width);
  }
  accumulate<rows, panels>(depth, a, p.b + (first * p.depth + k0) * panel_width, p.depth * panel_width, tile);
  for (std::size_t i = 0; i < count; ++i) {
    write_row(p.c + static_cast<std::ptrdiff_t>(i0 + i) * p.c_row + j0, tile[i], width);
  }
}

/// Terms k0 .. k0+depth-1 of rows i0 .. i0+count-1 of A as tiles `[tile][depth][tile_rows]`, zeros for missing rows.
void pack_rows(const Product& p, std::size_t i0, std::size_t count, std::size_t k0, std::size_t depth, float* to) {
  for (std::size_t first = 0; first < count; first += tile_rows, to += depth * tile_rows) {
    for (std::size_t i = 0; i < tile_rows; ++i) {
      const float* row =
          p.a + static_cast<std::ptrdiff_t>(i0 + first + i) * p.a_row + static_cast<std::ptrdiff_t>(k0) * p.a_depth;
      for (std::size_t k = 0; k < depth; ++k) {
        to[k * tile_rows + i] = first + i < count ? row[static_cast<std::ptrdiff_t>(k) * p.a_depth] : 0.0f;
      }
    }
  }
}

void multiply_rows(const Product& p, std::size_t first, std::size_t last) {
  alignas(64) float block[block_tiles * tile_rows * block_depth];
  std::size_t k0 = 0;
  do {  // at least once, for C = S where there are no terms
    const std::size_t depth = smaller(block_depth, p.depth - k0);
    for (std::size_t i0 = 0; i0 < p.rows; i0 += block_tiles * tile_rows) {
      const std::size_t count = smaller(block_tiles * tile_rows, p.rows - i0);
      pack_rows(p, i0, count, k0, depth, block);
      for (std::size_t panel = first; panel < last; ++panel) {
        for (std::size_t i = 0; i < count; i += tile_rows) {
          multiply_tile<tile_rows, 1>(p, block + i * depth, i0 + i, panel, k0, depth);
        }
      }
    }
    k0 += depth;
  } while (k0 < p.depth);
}

/// One row whose terms are contiguous.
void multiply_row(const Product& p, std::size_t first, std::size_t last) {
  for (; first + row_panels <= last; first += row_panels) multiply_tile<1, row_panels>(p, p.a, 0, first, 0, p.depth);
  for (; first < last; ++first) multiply_tile<1, 1>(p, p.a, 0, first, 0, p.depth);
}

void multiply(const Product& p, std::size_t first, std::size_t last) {
  if (p.rows == 1 && p.a_depth == 1) {
    multiply_row(p, first, last);
  } else {
    multiply_rows(p, first, last);
  }
}

/// Calls body(offset, load, store) for pieces of `count` values, the last one partial.
template <class Body>
void for_pieces(std::size_t count, Body body) {
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    body(
        i, [](const float* from) { return load<V>(from); }, [](float* to, V values) { store(to, values); });
  }
  if (const std::size_t rest = count - i; rest > 0) {
    body(
        i, [rest](const float* from) { return load_some<V>(from, rest); },
        [rest](float* to, V values) { store_some(to, values, rest); });
  }
}

void lstm_forward(const LstmForward& s) {
  for (std::size_t row = 0; row < s.rows; ++row) {
    float* gates = s.gates + row * 4 * s.hidden;
    const float* before = s.cell_before ? s.cell_before + row * s.hidden : nullptr;
    float* cell = s.cell + row * s.hidden;
    float* output = s.output + row * s.hidden;
    for_pieces(s.hidden, [=, h = s.hidden](std::size_t j, auto get, auto put) {
      const V input = sigmoid(get(gates + j));
      const V forget = sigmoid(get(gates + h + j));
      const V candidate = hyperbolic_tangent(get(gates + 2 * h + j));
      const V open = sigmoid(get(gates + 3 * h + j));
      V state = input * candidate;
      if (before) state = multiply_add(forget, get(before + j), state);
      state = scrub(state);
      put(gates + j, input);
      put(gates + h + j, forget);
      put(gates + 2 * h + j, candidate);
      put(gates + 3 * h + j, open);
      put(cell + j, state);
      put(output + j, scrub(open * hyperbolic_tangent(state)));
    });
  }
}

void lstm_backward(const LstmBackward& s) {
  for (std::size_t row = 0; row < s.rows; ++row) {
    float* gates = s.gates + row * 4 * s.hidden;
    const float* before = s.cell_before ? s.cell_before + row * s.hidden : nullptr;
    const float* cell = s.cell + row * s.hidden;
    const float* output_gradient = s.output_gradient + row * s.hidden;
    float* cell_gradient = s.cell_gradient + row * s.hidden;
    for_pieces(s.hidden, [=, h = s.hidden](std::size_t j, auto get, auto put) {
      const V input = get(gates + j);
      const V forget = get(gates + h + j);
      const V candidate = get(gates + 2 * h + j);
      const V open = get(gates + 3 * h + j);
      const V squashed = hyperbolic_tangent(get(cell + j));
      const V from_output = get(output_gradient + j);
      const V state = get(cell_gradient + j) + from_output * open * (1.0f - squashed * squashed);
      put(gates + j, state * candidate * input * (1.0f - input));
      put(gates + h + j, before ? state * get(before + j) * forget * (1.0f - forget) : V{});
      put(gates + 2 * h + j, state * input * (1.0f - candidate * candidate));
      put(gates + 3 * h + j, from_output * squashed * open * (1.0f - open));
      put(cell_gradient + j, scrub(state * forget));
    });
  }
}

void adam(const AdamStep& s) {
  for (std::size_t i = 0; i < s.count; ++i) {
    const float gradient = s.gradient[i] * s.gradient_scale + s.weight_decay * s.parameter[i];
    s.mean[i] = 0.9f * s.mean[i] + 0.1f * gradient;
    s.variance[i] = 0.999f * s.variance[i] + 0.001f * (gradient * gradient);
    s.parameter[i] -= s.step_size * s.mean[i] / (__builtin_sqrtf(s.variance[i]) * s.variance_correction + 1e-8f);
  }
}

double sum_of_squares(const float* values, std::size_t count) {
  double sum = 0;
  for (std::size_t first = 0; first < count; first += 1024) {
    V part{};
    for_pieces(smaller(1024, count - first), [&part, values, first](std::size_t i, auto get, auto) {
      const V x = get(values + first + i);
      part = multiply_add(x, x, part);
    });
    for (std::size_t lane = 0; lane < lanes; ++lane) sum += static_cast<double>(part[lane]);
  }
  return sum;
}

}  // namespace

#define LODESTONE_JOIN(name, number) name##number
#define LODESTONE_TABLE(number) LODESTONE_JOIN(kernels_, number)
extern const Kernels LODESTONE_TABLE(LODESTONE_LANES);
const Kernels LODESTONE_TABLE(LODESTONE_LANES) = {
    static_cast<int>(lanes), panel_width, pack, multiply, lstm_forward, lstm_backward, adam, sum_of_squares};

}  // namespace lodestone
