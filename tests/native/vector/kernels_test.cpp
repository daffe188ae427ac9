#include "vector/kernels.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "lodestone/random.hpp"

using namespace lodestone;

namespace {

std::vector<const TrainingKernels*> all_kernels() {
  std::vector<const TrainingKernels*> all;
  for (const int lanes : {4, 8, 16}) {
    if (const TrainingKernels* kernels = kernels_of(lanes)) all.push_back(kernels);
  }
  return all;
}

std::vector<float> noise(std::size_t count, std::uint32_t seed, float scale = 1) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = scale * (2 * random.uniform() - 1);
  return values;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<float> packed(const Kernels& kernels, const std::vector<float>& b, std::size_t depth, std::size_t columns) {
  std::vector<float> to(kernels.packed_size(depth, columns));
  kernels.pack(depth, columns, b.data(), static_cast<std::ptrdiff_t>(columns), 1, depth, 0, to.data());
  return to;
}

/// Distance in units of the last place of `expected`, as float.
double ulps(float actual, double expected) {
  const float rounded = static_cast<float>(expected);
  const float next = std::nextafter(std::abs(rounded), std::numeric_limits<float>::infinity());
  return std::abs(actual - expected) / (static_cast<double>(next) - std::abs(rounded));
}

/// Sigmoid and tanh of the kernels: what lstm_forward does to its first and third gate.
struct Activations {
  std::vector<float> sigmoid, tanh;
};

Activations activations(const Kernels& kernels, const std::vector<float>& x) {
  const std::size_t n = x.size();
  std::vector<float> gates(4 * n), cell(n), output(n);
  for (std::size_t gate = 0; gate < 4; ++gate) std::copy(x.begin(), x.end(), gates.begin() + gate * n);
  kernels.lstm_forward({1, n, gates.data(), nullptr, cell.data(), output.data()});
  return {{gates.begin(), gates.begin() + n}, {gates.begin() + 2 * n, gates.begin() + 3 * n}};
}

}  // namespace

TEST_CASE("Sigmoid and tanh are accurate for all floats") {
  // Every 8191st bit pattern (not a power of two, so that low bits vary too), and the limits.
  std::vector<float> x{0.0f, -0.0f, 87.0f, -87.0f, 88.8f, -88.8f, 10.0f, -10.0f, 1e-45f, 3e38f, -3e38f};
  for (std::uint64_t bits = 0; bits < 0x100000000; bits += 8191) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isfinite(value)) x.push_back(value);
  }
  x.push_back(std::numeric_limits<float>::infinity());
  x.push_back(-std::numeric_limits<float>::infinity());
  for (const TrainingKernels* kernels : all_kernels()) {
    const Activations got = activations(*kernels, x);
    double sigmoid_error = 0, tanh_error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double sigmoid = 1 / (1 + std::exp(-static_cast<double>(x[i])));
      const double tanh = std::tanh(static_cast<double>(x[i]));
      // 3 ulp, or an absolute error at the ends of the range, where the exponent is clamped.
      const double here = std::abs(got.sigmoid[i] - sigmoid) < 1e-30 ? 0 : ulps(got.sigmoid[i], sigmoid);
      const double there = std::abs(got.tanh[i] - tanh) < 1e-37 ? 0 : ulps(got.tanh[i], tanh);
      sigmoid_error = std::max(sigmoid_error, here);
      tanh_error = std::max(tanh_error, there);
    }
    INFO(kernels->lanes << " lanes");
    CHECK(sigmoid_error <= 3);
    CHECK(tanh_error <= 3);
  }
}

TEST_CASE("Activations of NaN are NaN, in that place only") {
  for (const TrainingKernels* kernels : all_kernels()) {
    const Activations got = activations(*kernels, {0.5f, std::numeric_limits<float>::quiet_NaN(), 0.5f});
    CHECK(std::isnan(got.sigmoid[1]));
    CHECK(std::isnan(got.tanh[1]));
    CHECK(got.sigmoid[2] == Approx(0.6224593).epsilon(1e-6));
    CHECK(got.tanh[0] == Approx(0.4621172).epsilon(1e-6));
  }
}

TEST_CASE("Products of all shapes agree with double precision") {
  struct Shape {
    std::size_t rows, depth, columns;
  };
  for (const TrainingKernels* kernels : all_kernels()) {
    for (const Shape s : {Shape{1, 1, 1},
                          {1, 300, 67},
                          {1, 40, 300},
                          {3, 7, 5},
                          {4, 256, 8},
                          {25, 257, 33},
                          {40, 513, 129},
                          {2, 0, 9}}) {
      // One value more than needed, so that arrays exist even without terms.
      const auto a = noise(s.rows * s.depth + 1, 1), b = noise(s.depth * s.columns + 1, 2), bias = noise(s.columns, 3);
      const auto factor = packed(*kernels, b, s.depth, s.columns);
      for (const bool transposed : {false, true}) {
        std::vector<float> c(s.rows * s.columns, 99.0f);
        const std::ptrdiff_t rows = s.rows, depth = s.depth, columns = s.columns;
        kernels->multiply_all({s.rows, s.depth, s.columns, a.data(), transposed ? 1 : depth, transposed ? rows : 1,
                               factor.data(), bias.data(), 0, c.data(), columns});
        double error = 0;
        for (std::size_t i = 0; i < s.rows; ++i) {
          for (std::size_t j = 0; j < s.columns; ++j) {
            double sum = bias[j];
            for (std::size_t k = 0; k < s.depth; ++k) {
              sum += static_cast<double>(transposed ? a[k * s.rows + i] : a[i * s.depth + k]) * b[k * s.columns + j];
            }
            error = std::max(error, std::abs(c[i * s.columns + j] - sum));
          }
        }
        INFO(kernels->lanes << " lanes, " << s.rows << " x " << s.depth << " x " << s.columns);
        // Rounding errors of 2^-24 of sums that walk as far as sqrt(depth), adding up at random; four times that.
        CHECK(error < 1e-6 + 2.4e-7 * static_cast<double>(s.depth));
      }
    }
  }
}

TEST_CASE("A sum is bit-identical in any tile and slice, and for any start") {
  const std::size_t rows = 21, depth = 300, columns = 200;
  const auto a = noise(rows * depth, 4), b = noise(depth * columns, 5), start = noise(rows * columns, 6);
  for (const TrainingKernels* kernels : all_kernels()) {
    INFO(kernels->lanes << " lanes");
    const auto factor = packed(*kernels, b, depth, columns);
    std::vector<float> whole(rows * columns);
    const Product product{rows,          depth,        columns, a.data(),     depth,  1,
                          factor.data(), start.data(), columns, whole.data(), columns};
    kernels->multiply_all(product);

    std::vector<float> sliced(whole.size());
    Product in_slices = product;
    in_slices.c = sliced.data();
    const std::size_t panels = kernels->panels(columns);
    for (std::size_t panel = 0; panel < panels; ++panel) kernels->multiply(in_slices, panel, panel + 1);
    CHECK(same_bits(sliced, whole));

    std::vector<float> by_row = start;
    for (std::size_t i = 0; i < rows; ++i) {
      float* row = by_row.data() + i * columns;
      kernels->multiply_all({1, depth, columns, a.data() + i * depth, depth, 1, factor.data(), row, 0, row, columns});
    }
    CHECK(same_bits(by_row, whole));

    std::vector<float> from_transposed(whole.size()), a_transposed(a.size());
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < depth; ++k) a_transposed[k * rows + i] = a[i * depth + k];
    }
    Product transposed = product;
    transposed.a = a_transposed.data();
    transposed.a_row = 1;
    transposed.a_depth = rows;
    transposed.c = from_transposed.data();
    kernels->multiply_all(transposed);
    CHECK(same_bits(from_transposed, whole));

    std::vector<float> packed_transposed(factor.size()), b_transposed(b.size());
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t j = 0; j < columns; ++j) b_transposed[j * depth + k] = b[k * columns + j];
    }
    kernels->pack(depth, columns, b_transposed.data(), 1, depth, depth, 0, packed_transposed.data());
    CHECK(same_bits(packed_transposed, factor));
  }
}

TEST_CASE("Terms in runs add up as if they were contiguous") {
  const std::size_t rows = 21, depth = 300, columns = 70;
  for (const std::size_t run : {1, 7, 256, 300}) {
    const std::size_t runs = (depth + run - 1) / run, skip = 2 * run + 1;  // rows between two runs
    const auto a = noise((depth + runs * skip) * rows, 4), b = noise((depth + runs * skip) * columns, 5);
    std::vector<float> a_together, b_together;
    for (std::size_t k = 0; k < depth; ++k) {
      const std::size_t row = k + k / run * skip;
      for (std::size_t i = 0; i < rows; ++i) a_together.push_back(a[row * rows + i]);
      for (std::size_t j = 0; j < columns; ++j) b_together.push_back(b[row * columns + j]);
    }
    for (const TrainingKernels* kernels : all_kernels()) {
      INFO(kernels->lanes << " lanes, runs of " << run);
      const auto factor = packed(*kernels, b_together, depth, columns);
      std::vector<float> gathered(factor.size());
      kernels->pack(depth, columns, b.data(), columns, 1, run, skip * columns, gathered.data());
      CHECK(same_bits(gathered, factor));
      std::vector<float> together(rows * columns), apart(rows * columns);
      Product product{rows,          depth,   columns, a_together.data(), 1,      rows,
                      factor.data(), nullptr, 0,       together.data(),   columns};
      kernels->multiply_all(product);
      product.a = a.data();
      product.c = apart.data();
      product.run = run;
      product.skip = skip * rows;
      kernels->multiply_all(product);
      CHECK(same_bits(apart, together));
    }
  }
}

TEST_CASE("An LSTM step forward and backward agrees with double precision") {
  for (const TrainingKernels* kernels : all_kernels()) {
    for (const std::size_t hidden : {1, 5, 16, 37}) {
      for (const bool first : {true, false}) {
        const std::size_t rows = 3, size = rows * hidden;
        auto gates = noise(4 * size, 7, 3);
        const auto input = gates, before = noise(size, 8), output_gradient = noise(size, 9), later = noise(size, 10);
        std::vector<float> cell(size), output(size), cell_gradient = later;
        const float* cell_before = first ? nullptr : before.data();
        kernels->lstm_forward({rows, hidden, gates.data(), cell_before, cell.data(), output.data()});
        kernels->lstm_backward(
            {rows, hidden, gates.data(), cell_before, cell.data(), output_gradient.data(), cell_gradient.data()});
        double error = 0;
        const auto check = [&](float actual, double expected) { error = std::max(error, std::abs(actual - expected)); };
        for (std::size_t row = 0; row < rows; ++row) {
          for (std::size_t j = 0; j < hidden; ++j) {
            const auto at = [&](const std::vector<float>& from, std::size_t gate) {
              return from[(4 * row + gate) * hidden + j];
            };
            const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
            const std::size_t n = row * hidden + j;
            const double i = sigmoid(at(input, 0)), f = sigmoid(at(input, 1)), g = std::tanh(at(input, 2)),
                         o = sigmoid(at(input, 3));
            const double previous = first ? 0 : before[n];
            const double c = f * previous + i * g, t = std::tanh(c);
            const double dc = later[n] + output_gradient[n] * o * (1 - t * t);
            check(cell[n], c);
            check(output[n], o * t);
            check(at(gates, 0), dc * g * i * (1 - i));
            check(at(gates, 1), dc * previous * f * (1 - f));
            check(at(gates, 2), dc * i * (1 - g * g));
            check(at(gates, 3), output_gradient[n] * t * o * (1 - o));
            check(cell_gradient[n], dc * f);
          }
        }
        INFO(kernels->lanes << " lanes, hidden " << hidden);
        CHECK(error < 1e-6);  // a dozen roundings of numbers around 1
      }
    }
  }
}

TEST_CASE("Cells and outputs that would become subnormal are zero") {
  for (const TrainingKernels* kernels : all_kernels()) {
    std::vector<float> gates{0, -60, 0, 0}, cell{1e-15f}, output{1};
    kernels->lstm_forward({1, 1, gates.data(), cell.data(), cell.data(), output.data()});
    CHECK(cell[0] == 0.0f);
    CHECK(output[0] == 0.0f);
  }
}

TEST_CASE("Gradients of gates that would become subnormal are zero") {
  for (const TrainingKernels* kernels : all_kernels()) {
    std::vector<float> gates{1e-3f, 0.5f, 0.5f, 1e-3f};  // after their activations
    const std::vector<float> before{0.5f}, cell{0.5f}, output_gradient{5e-20f};
    std::vector<float> cell_gradient{5e-20f};
    kernels->lstm_backward(
        {1, 1, gates.data(), before.data(), cell.data(), output_gradient.data(), cell_gradient.data()});
    CHECK(gates == std::vector<float>(4));
  }
}

TEST_CASE("Adam's moments never become subnormal") {
  for (const TrainingKernels* kernels : all_kernels()) {
    std::vector<float> parameter(37, 0.5f), gradient(37, 1e-18f), mean(37, 1e-20f), variance(37, 1e-20f);
    for (int step = 0; step < 50000; ++step) {
      kernels->adam({37, parameter.data(), gradient.data(), mean.data(), variance.data(), 1, 0, 0.002f, 3.0f});
    }
    CHECK(mean == std::vector<float>(37));
    CHECK(variance == std::vector<float>(37));
    CHECK(parameter == std::vector<float>(37, 0.5f));
  }
}

TEST_CASE("Adam and the sum of squares agree with double precision") {
  const std::size_t count = 1037;
  const auto parameter = noise(count, 11), gradient = noise(count, 12), mean = noise(count, 13, 0.1f);
  auto variance = noise(count, 14, 0.1f);
  for (float& value : variance) value *= value;
  for (const TrainingKernels* kernels : all_kernels()) {
    INFO(kernels->lanes << " lanes");
    auto p = parameter, m = mean, v = variance;
    kernels->adam({count, p.data(), gradient.data(), m.data(), v.data(), 0.5f, 0.01f, 0.002f, 3.0f});
    double error = 0, squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double g = 0.5 * gradient[i] + 0.01 * parameter[i];
      const double m1 = 0.9 * mean[i] + 0.1 * g, v1 = 0.999 * variance[i] + 0.001 * g * g;
      error = std::max({error, std::abs(p[i] - (parameter[i] - 0.002 * m1 / (std::sqrt(v1) * 3.0 + 1e-8))),
                        std::abs(m[i] - m1), std::abs(v[i] - v1)});
      squares += static_cast<double>(gradient[i]) * gradient[i];
    }
    CHECK(error < 2e-7);  // some rounding of numbers up to 1
    CHECK(kernels->sum_of_squares(gradient.data(), count) == Approx(squares).epsilon(1e-6));
  }
}

TEST_CASE("The loops of BatchNorm agree with long doubles") {
  const std::size_t count = 37;
  const auto values = noise(count, 15), origin = noise(count, 16), weight = noise(count, 17), gamma = noise(count, 18),
             beta = noise(count, 19), slope = noise(count, 20);
  for (const TrainingKernels* kernels : all_kernels()) {
    std::vector<double> sums(count, 0.25), squares(count, 0.5), scale(count, 3);
    std::vector<float> normalised(count), product = slope;
    kernels->add_moments(count, values.data(), origin.data(), 0.3, sums.data(), squares.data());
    kernels->normalise(count, values.data(), sums.data(), scale.data(), normalised.data());
    auto gamma_gradient = sums, beta_gradient = squares;
    kernels->norm_gradient({count, weight.data(), gamma.data(), beta.data(), 0.7f, product.data(),
                            gamma_gradient.data(), beta_gradient.data()});
    double in_double = 0, in_float = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const long double d = static_cast<long double>(values[k]) - origin[k], delta = 0.7f;
      const long double sum = 0.25L + 0.3 * d, square = 0.5L + 0.3 * d * d;
      const long double errors[] = {sums[k] - sum, squares[k] - square,
                                    gamma_gradient[k] - (sum + static_cast<long double>(weight[k]) * slope[k]),
                                    beta_gradient[k] - (square + weight[k] * delta)};
      for (const long double error : errors) in_double = std::max(in_double, std::abs(static_cast<double>(error)));
      in_float = std::max({in_float, std::abs(static_cast<double>(normalised[k] - 3 * (values[k] - sum))),
                           std::abs(static_cast<double>(product[k] - (gamma[k] * slope[k] + beta[k] * delta)))});
    }
    INFO(kernels->lanes << " lanes");
    CHECK(in_double < 1e-15);  // a few roundings of numbers around 1
    CHECK(in_float < 5e-7);    // of numbers up to 5
  }
}

TEST_CASE("LODESTONE_LANES selects the vector width") {
  const char* before = std::getenv("LODESTONE_LANES");
  const std::string kept = before ? before : "";
  setenv("LODESTONE_LANES", "4", 1);
  CHECK(kernels().lanes == 4);
  setenv("LODESTONE_LANES", "5", 1);
  CHECK(&kernels() == all_kernels().back());
  if (before) {
    setenv("LODESTONE_LANES", kept.c_str(), 1);
  } else {
    unsetenv("LODESTONE_LANES");
  }
  CHECK(kernels_of(5) == nullptr);
}
