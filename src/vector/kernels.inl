// The kernels for LODESTONE_LANES lanes. Each width has one source that includes this file and is compiled for that
// instruction set only. Therefore only the tables at the end may leave the unnamed namespace, and inline functions of
// the standard library must not be called.
#include "vector/kernels.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

constexpr std::size_t lanes = LODESTONE_LANES;
using V = Floats<lanes>;

// Tiles of C that fit into the registers: 16 at 4 and 8 lanes, 32 at 16.
constexpr std::size_t tile_rows = lanes == 4 ? 4 : lanes == 8 ? 6 : 8;
constexpr std::size_t panel_width = 2 * lanes;
// The depth of the blocks of A that are repacked at once: they stay in the L1 cache with a piece of a panel.
constexpr std::size_t block_depth = 256;
constexpr std::size_t block_tiles = 24 / tile_rows;
// Panels that a single row uses at once, to hide the latency of its sums.
constexpr std::size_t row_panels = 4;

constexpr float zeros[row_panels * panel_width] = {};

std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

/// Stores M(k, j) = from[k·depth_stride + j·column_stride] as `[columns / width][depth][width]`, padding with zeros.
/// The rows lie in runs of `run`, `skip` values apart; the first run has `first` rows.
template <std::size_t width>
void interleave(std::size_t depth, std::size_t columns, const float* from, std::ptrdiff_t depth_stride,
                std::ptrdiff_t column_stride, std::size_t first, std::size_t run, std::ptrdiff_t skip, float* to) {
  for (std::size_t j0 = 0; j0 < columns; j0 += width) {
    const float* row = from + static_cast<std::ptrdiff_t>(j0) * column_stride;
    std::size_t left = first;
    for (std::size_t k = 0; k < depth; ++k, row += depth_stride, to += width) {
      if (left == 0) {
        row += skip;
        left = run;
      }
      --left;
      for (std::size_t j = 0; j < width; ++j) {
        to[j] = j0 + j < columns ? row[static_cast<std::ptrdiff_t>(j) * column_stride] : 0.0f;
      }
    }
  }
}

void pack(std::size_t depth, std::size_t columns, const float* from, std::ptrdiff_t depth_stride,
          std::ptrdiff_t column_stride, std::size_t run, std::ptrdiff_t skip, float* to) {
  interleave<panel_width>(depth, columns, from, depth_stride, column_stride, run, run, skip, to);
}

/// The sums of `rows` rows and `panels` panels: where they start from and where they are stored.
struct Tile {
  const float* start;
  std::ptrdiff_t start_row;
  float* c;
  std::ptrdiff_t c_row;
};

/// Adds `depth` terms to the sums of a tile. `a` is `[depth][rows]`; the panels of `b` are `panel_stride` apart.
template <std::size_t rows, std::size_t panels>
void accumulate(std::size_t depth, const float* a, const float* b, std::size_t panel_stride, const Tile& tile) {
  V sum[rows][2 * panels];
  for (std::size_t i = 0; i < rows; ++i) {
    const float* start = tile.start + static_cast<std::ptrdiff_t>(i) * tile.start_row;
    for (std::size_t j = 0; j < 2 * panels; ++j) sum[i][j] = load<V>(start + j * lanes);
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
    float* c = tile.c + static_cast<std::ptrdiff_t>(i) * tile.c_row;
    for (std::size_t j = 0; j < 2 * panels; ++j) store(c + j * lanes, sum[i][j]);
  }
}

[[gnu::noinline]] void copy_corner(std::size_t rows, std::size_t columns, const float* from, std::ptrdiff_t from_row,
                                   float* to, std::ptrdiff_t to_row) {
  for (; rows > 0; --rows, from += from_row, to += to_row) std::memcpy(to, from, columns * sizeof(float));
}

/// Terms k0 .. k0+depth-1 of the tile with its corner at row i0 and panel `first`. Tiles at the edge of C use a copy.
template <std::size_t rows, std::size_t panels>
void multiply_tile(const Product& p, const float* a, std::size_t i0, std::size_t first, std::size_t k0,
                   std::size_t depth) {
  constexpr std::size_t width = panels * panel_width;
  const auto i = static_cast<std::ptrdiff_t>(i0);
  const std::size_t j0 = first * panel_width;
  const std::size_t count = smaller(rows, p.rows - i0);
  const std::size_t columns = smaller(width, p.columns - j0);
  float* c = p.c + i * p.c_row + j0;
  Tile tile{zeros, 0, c, p.c_row};
  if (k0 > 0) {
    tile.start = c;
    tile.start_row = p.c_row;
  } else if (p.start) {
    tile.start = p.start + i * p.start_row + j0;
    tile.start_row = p.start_row;
  }
  const bool edge = count < rows || columns < width;
  alignas(64) float copy[rows * width];
  if (edge) {
    std::memset(copy, 0, sizeof copy);
    copy_corner(count, columns, tile.start, tile.start_row, copy, width);
    tile = {copy, width, copy, width};
  }
  accumulate<rows, panels>(depth, a, p.b + (first * p.depth + k0) * panel_width, p.depth * panel_width, tile);
  if (edge) copy_corner(count, columns, copy, width, c, p.c_row);
}

void multiply_rows(const Product& p, std::size_t first, std::size_t last) {
  alignas(64) float block[block_tiles * tile_rows * block_depth];
  const std::size_t blocks = (p.depth + block_depth - 1) / block_depth;
  const std::size_t even_depth = blocks > 0 ? (p.depth + blocks - 1) / blocks : 0;
  const std::size_t run = p.run > 0 ? p.run : p.depth;
  std::size_t k0 = 0;
  do {  // at least once, so that C = S if there are no terms
    const std::size_t depth = smaller(even_depth, p.depth - k0);
    const std::size_t runs = k0 > 0 ? k0 / run : 0;
    const float* a = p.a + static_cast<std::ptrdiff_t>(k0) * p.a_depth + static_cast<std::ptrdiff_t>(runs) * p.skip;
    for (std::size_t i0 = 0; i0 < p.rows; i0 += block_tiles * tile_rows) {
      const std::size_t count = smaller(block_tiles * tile_rows, p.rows - i0);
      interleave<tile_rows>(depth, count, a + static_cast<std::ptrdiff_t>(i0) * p.a_row, p.a_depth, p.a_row,
                            (runs + 1) * run - k0, run, p.skip, block);
      for (std::size_t panel = first; panel < last; ++panel) {
        for (std::size_t i = 0; i < count; i += tile_rows) {
          multiply_tile<tile_rows, 1>(p, block + i * depth, i0 + i, panel, k0, depth);
        }
      }
    }
    k0 += depth;
  } while (k0 < p.depth);
}

void multiply(const Product& p, std::size_t first, std::size_t last) {
  if (p.rows == 1 && p.a_depth == 1) {
    for (; first + row_panels <= last; first += row_panels) {
      multiply_tile<1, row_panels>(p, p.a, 0, first, 0, p.depth);
    }
  }
  if (first < last) multiply_rows(p, first, last);
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

/// Applies one function at a time, so that its constants stay in registers.
template <V (*function)(V)>
[[gnu::noinline]] void apply(float* values, std::size_t count) {
  for (; count >= lanes; count -= lanes, values += lanes) store(values, function(load<V>(values)));
  if (count == 0) return;
  alignas(V) float last[lanes] = {};
  std::memcpy(last, values, count * sizeof(float));
  apply<function>(last, lanes);
  std::memcpy(values, last, count * sizeof(float));
}

void lstm_forward(const LstmForward& s) {
  const std::size_t h = s.hidden;
  for (std::size_t row = 0; row < s.rows; ++row) {
    float* gates = s.gates + row * 4 * h;
    const float* before = s.cell_before ? s.cell_before + row * h : nullptr;
    float* cell = s.cell + row * h;
    float* output = s.output + row * h;
    apply<sigmoid<V>>(gates, 2 * h);
    apply<hyperbolic_tangent<V>>(gates + 2 * h, h);
    apply<sigmoid<V>>(gates + 3 * h, h);
    for_pieces(h, [=](std::size_t j, auto get, auto put) {
      const V kept = before ? get(before + j) : V{};
      const V state = scrub(multiply_add(get(gates + h + j), kept, get(gates + j) * get(gates + 2 * h + j)));
      put(cell + j, state);
      put(output + j, state);
    });
    apply<hyperbolic_tangent<V>>(output, h);
    for_pieces(h, [=](std::size_t j, auto get, auto put) {
      put(output + j, scrub(get(gates + 3 * h + j) * get(output + j)));
    });
  }
}

void lstm_backward(const LstmBackward& s) {
  const std::size_t h = s.hidden;
  for (std::size_t row = 0; row < s.rows; ++row) {
    float* gates = s.gates + row * 4 * h;
    const float* before = s.cell_before ? s.cell_before + row * h : nullptr;
    const float* cell = s.cell + row * h;
    const float* output_gradient = s.output_gradient + row * h;
    float* cell_gradient = s.cell_gradient + row * h;
    alignas(V) float squashed[128];
    for (std::size_t first = 0; first < h; first += 128) {
      const std::size_t count = smaller(128, h - first);
      std::memcpy(squashed, cell + first, count * sizeof(float));
      apply<hyperbolic_tangent<V>>(squashed, count);
      for_pieces(count, [=, &squashed](std::size_t piece, auto get, auto put) {
        const std::size_t j = first + piece;
        const V input = get(gates + j), forget = get(gates + h + j), candidate = get(gates + 2 * h + j);
        const V open = get(gates + 3 * h + j), tanh = get(squashed + piece), above = get(output_gradient + j);
        const V gradient = get(cell_gradient + j) + above * open * (1.0f - tanh * tanh);
        put(cell_gradient + j, scrub(gradient * forget));
        put(gates + 3 * h + j, scrub(above * tanh * open * (1.0f - open)));
        put(gates + h + j, scrub(gradient * (before ? get(before + j) : V{}) * forget * (1.0f - forget)));
        put(gates + j, scrub(gradient * candidate * input * (1.0f - input)));
        put(gates + 2 * h + j, scrub(gradient * input * (1.0f - candidate * candidate)));
      });
    }
  }
}

/// The square of a gradient below 1e-17 would be subnormal, and so would a moment that only decays. Such values are too
/// small to matter beside the 1e-8 in the denominator.
void adam(const AdamStep& step) {
  for_pieces(step.count, [s = step](std::size_t i, auto get, auto put) {
    const V parameter = get(s.parameter + i);
    const V gradient = scrub(get(s.gradient + i) * s.gradient_scale + s.weight_decay * parameter, 1e-17f);
    const V mean = scrub(0.9f * get(s.mean + i) + 0.1f * gradient, 1e-30f);
    const V variance = scrub(0.999f * get(s.variance + i) + 0.001f * (gradient * gradient), 1e-30f);
    put(s.mean + i, mean);
    put(s.variance + i, variance);
    put(s.parameter + i, parameter - s.step_size * mean / (square_root(variance) * s.variance_correction + 1e-8f));
  });
}

// Plain loops that compilers vectorise.

void norm_gradient(const NormGradient& row) {
  const NormGradient r = row;
  const float* __restrict weight = r.weight;
  const float* __restrict gamma = r.gamma;
  const float* __restrict beta = r.beta;
  float* __restrict slope = r.slope;
  double* __restrict gamma_gradient = r.gamma_gradient;
  double* __restrict beta_gradient = r.beta_gradient;
  for (std::size_t k = 0; k < r.count; ++k) {
    gamma_gradient[k] += static_cast<double>(weight[k]) * slope[k];
    beta_gradient[k] += static_cast<double>(weight[k]) * r.delta;
    slope[k] = gamma[k] * slope[k] + beta[k] * r.delta;
  }
}

void add_moments(std::size_t count, const float* __restrict values, const float* __restrict origin, double weight,
                 double* __restrict sums, double* __restrict squares) {
  for (std::size_t k = 0; k < count; ++k) {
    const double deviation = static_cast<double>(values[k]) - origin[k];
    sums[k] += weight * deviation;
    squares[k] += weight * deviation * deviation;
  }
}

void normalise(std::size_t count, const float* __restrict values, const double* __restrict mean,
               const double* __restrict scale, float* __restrict to) {
  for (std::size_t k = 0; k < count; ++k) to[k] = static_cast<float>((values[k] - mean[k]) * scale[k]);
}

void add(std::size_t count, const float* __restrict from, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
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
#define LODESTONE_TABLE(name, number) LODESTONE_JOIN(name, number)
extern const Kernels LODESTONE_TABLE(kernels_, LODESTONE_LANES);
constexpr Kernels LODESTONE_TABLE(kernels_, LODESTONE_LANES) = {static_cast<int>(lanes), panel_width, pack, multiply,
                                                                lstm_forward};
extern const TrainingKernels LODESTONE_TABLE(training_kernels_, LODESTONE_LANES);
constexpr TrainingKernels LODESTONE_TABLE(training_kernels_, LODESTONE_LANES) = {
    LODESTONE_TABLE(kernels_, LODESTONE_LANES),
    lstm_backward,
    adam,
    norm_gradient,
    add_moments,
    normalise,
    add,
    sum_of_squares};

}  // namespace lodestone
