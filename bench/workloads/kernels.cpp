#include "vector/kernels.hpp"

#include <algorithm>
#include <memory>

#include "workload.hpp"

namespace lodestone::bench {
namespace {

std::string times(std::size_t a, std::size_t b) { return std::to_string(a) + "x" + std::to_string(b); }

/// C `[rows, columns]` = A·B, B packed beforehand, as in training and inference.
struct Multiplication {
  Multiplication(std::size_t rows, std::size_t depth, std::size_t columns)
      : a(noise(rows * depth, 1)),
        b(Buffer<float>::create(kernels.packed_size(depth, columns)).value()),
        c(Buffer<float>::create(rows * columns).value()),
        product{rows,     depth,   columns, a.data(), static_cast<std::ptrdiff_t>(depth),  1,
                b.data(), nullptr, 0,       c.data(), static_cast<std::ptrdiff_t>(columns)} {
    const auto matrix = noise(depth * columns, 2);
    kernels.pack(depth, columns, matrix.data(), static_cast<std::ptrdiff_t>(columns), 1, depth, 0, b.data());
  }

  const Kernels& kernels = lodestone::kernels();
  Buffer<float> a, b, c;
  Product product;
};

Prepared multiplication(std::size_t rows, std::size_t depth, std::size_t columns) {
  auto work = std::make_shared<Multiplication>(rows, depth, columns);
  return {.units = 2e-9 * static_cast<double>(rows * depth * columns),
          .run = [=] { work->kernels.multiply_all(work->product); },
          .checksum = [=] { return weighted_sum(work->c); }};
}

/// The gates of one time step. The kernels work in place, so each run begins with a copy of the input, as if a product
/// had just written it.
struct Gates {
  Gates(std::size_t count, std::size_t units)
      : rows(count),
        hidden(units),
        input(noise(4 * rows * hidden, 1)),
        gates(noise(4 * rows * hidden, 1)),
        cell_before(noise(rows * hidden, 2)),
        cell(noise(rows * hidden, 3)),
        output(noise(rows * hidden, 4)),
        carried(noise(rows * hidden, 5)),
        cell_gradient(noise(rows * hidden, 5)) {}

  void forward() {
    std::copy(input.begin(), input.end(), gates.begin());
    kernels.lstm_forward({rows, hidden, gates.data(), cell_before.data(), cell.data(), output.data()});
  }

  void backward() {
    std::copy(input.begin(), input.end(), gates.begin());
    std::copy(carried.begin(), carried.end(), cell_gradient.begin());
    kernels.lstm_backward(
        {rows, hidden, gates.data(), cell_before.data(), cell.data(), output.data(), cell_gradient.data()});
  }

  const TrainingKernels& kernels = training_kernels();
  std::size_t rows, hidden;
  Buffer<float> input, gates, cell_before, cell, output, carried, cell_gradient;
};

Prepared gates_forward(std::size_t rows, std::size_t hidden) {
  auto work = std::make_shared<Gates>(rows, hidden);
  return {
      .units = 1,
      .run = [=] { work->forward(); },
      .checksum = [=] { return weighted_sum(work->gates) + weighted_sum(work->cell) + weighted_sum(work->output); }};
}

Prepared gates_backward(std::size_t rows, std::size_t hidden) {
  auto work = std::make_shared<Gates>(rows, hidden);
  return {.units = 1,
          .run = [=] { work->backward(); },
          .checksum = [=] { return weighted_sum(work->gates) + weighted_sum(work->cell_gradient); }};
}

}  // namespace

void add_kernels(std::vector<Workload>& all) {
  // Training: recurrent, shared input, its weights' gradient, upper layer's input, Dense; window mode's recurrent one.
  const struct {
    std::size_t rows, depth, columns;
    double expected;
  } products[] = {{64, 128, 512, 146935.11},   {64, 256, 1024, 416243.14},  {735, 1025, 512, 4768655.8},
                  {735, 1025, 1024, 9554932},  {512, 735, 1025, 5644078.1}, {1024, 735, 1025, 11288278},
                  {2560, 128, 512, 5894503.3}, {2560, 256, 1024, 16651549}, {64, 128, 1025, 295881.2},
                  {64, 256, 1025, 416703.34},  {40, 128, 512, 91822.58},    {40, 256, 1024, 260589.31}};
  for (const auto& [rows, depth, columns, expected] : products) {
    all.push_back({"gemm/" + times(rows, depth) + "x" + std::to_string(columns), "GFLOP", expected, rounding * expected,
                   [=, rows = rows, depth = depth, columns = columns](const Sounds&) {
                     return multiplication(rows, depth, columns);
                   }});
  }
  // Stateful generation: input, recurrent, Dense.
  const struct {
    std::size_t depth, columns;
    double expected;
  } vectors[] = {{1025, 512, 6329.9944},  {128, 512, 2438.6318},  {128, 1025, 4835.909},
                 {1025, 1024, 12825.872}, {256, 1024, 6638.5346}, {256, 1025, 6478.0917}};
  for (const auto& [depth, columns, expected] : vectors) {
    all.push_back({"gemv/" + times(depth, columns), "GFLOP", expected, rounding * expected,
                   [depth = depth, columns = columns](const Sounds&) { return multiplication(1, depth, columns); }});
  }
  const struct {
    std::size_t rows, hidden;
    double forward, backward;
  } steps[] = {{64, 128, 29299.49, 9897.6676}, {64, 256, 58567.754, 20137.656}, {40, 128, 18263.562, 0},
               {40, 256, 36525.271, 0},        {1, 128, 452.45788, 0},          {1, 256, 929.67746, 0}};
  for (const auto& [rows, hidden, forward, backward] : steps) {
    const auto add = [&, rows = rows, hidden = hidden](const char* group, double expected, auto setup) {
      all.push_back({group + times(rows, hidden), "step", expected, rounding * expected,
                     [=](const Sounds&) { return setup(rows, hidden); }});
    };
    add("gates-forward/", forward, gates_forward);
    if (rows == 64) add("gates-backward/", backward, gates_backward);
  }
}

}  // namespace lodestone::bench
