#pragma once

#include <cstddef>
#include <cstdint>

namespace lodestone {

/// C = S + A·B for rows × depth × columns. Every element of C is a sum in the order of the depth, regardless of tiling,
/// slicing and the number of rows; only the vector width of the machine (fused or not) makes a difference.
///
/// The terms may lie in runs, for example when only some windows of a batch are used: after each `run` terms, A skips
/// `skip` values. 0: a single run.
struct Product {
  std::size_t rows, depth, columns;
  const float* a;  ///< A(i, k) = a[i·a_row + k·a_depth]
  std::ptrdiff_t a_row, a_depth;
  const float* b;            ///< as written by `Kernels::pack`
  const float* start;        ///< S(i, j) = start[i·start_row + j]; null: zeros; may be `c`
  std::ptrdiff_t start_row;  ///< 0: the same for all rows, a bias
  float* c;                  ///< C(i, j) = c[i·c_row + j]
  std::ptrdiff_t c_row;
  std::size_t run = 0;
  std::ptrdiff_t skip = 0;
};

/// One time step of an LSTM layer for `rows` sequences in parallel, dense row-major.
struct LstmForward {
  std::size_t rows, hidden;
  float* gates;              ///< `[rows, 4·hidden]`; in: i, f, g, o before, out: after activation
  const float* cell_before;  ///< `[rows, hidden]`; null: zeros
  float* cell;               ///< `[rows, hidden]`, may be `cell_before`
  float* output;             ///< h `[rows, hidden]`
};

/// The same step backward.
struct LstmBackward {
  std::size_t rows, hidden;
  float* gates;              ///< in: the activations from LstmForward, out: the gradient before the activations
  const float* cell_before;  ///< null: zeros
  const float* cell;
  const float* output_gradient;  ///< ∂/∂h
  float* cell_gradient;          ///< ∂/∂c; in: from the next step, out: for the previous step
};

/// One step of Adam (Kingma & Ba 2015) on `count` parameters.
struct AdamStep {
  std::size_t count;
  float* parameter;
  const float* gradient;
  float* mean;           ///< first moment
  float* variance;       ///< second moment
  float gradient_scale;  ///< gradient := gradient_scale·gradient + weight_decay·parameter
  float weight_decay;
  float step_size;            ///< learning rate / (1 − β₁^t)
  float variance_correction;  ///< 1 / sqrt(1 − β₂^t)
};

/// One row of the first layer's weights W and of their gradient, when BatchNorm (γ, β) precedes the layer. δ is the sum
/// of the row's gate gradients.
struct NormGradient {
  std::size_t count;
  const float *weight, *gamma, *beta;
  float delta;
  float* slope;  ///< in: gradient of W for normalised values, Ŵ; out: of W itself, γ·Ŵ + β·δ
  double *gamma_gradient, *beta_gradient;  ///< += W·Ŵ, += W·δ
};

/// The hot loops of inference for one vector width.
struct Kernels {
  int lanes;
  /// Columns of B in a panel; the work of a product is divided between panels.
  std::size_t panel;

  /// Packs B(k, j) = from[k·depth_stride + j·column_stride] into panels `[panels][depth][panel]`, padding columns with
  /// zeros. Runs as in Product, but `run` must be above 0.
  void (*pack)(std::size_t depth, std::size_t columns, const float* from, std::ptrdiff_t depth_stride,
               std::ptrdiff_t column_stride, std::size_t run, std::ptrdiff_t skip, float* to);
  /// Computes the columns of panels first .. last-1.
  void (*multiply)(const Product& product, std::size_t first, std::size_t last);
  void (*lstm_forward)(const LstmForward& step);

  std::size_t panels(std::size_t columns) const { return (columns + panel - 1) / panel; }
  /// Floats that `pack` writes.
  std::uint64_t packed_size(std::uint64_t depth, std::uint64_t columns) const {
    return depth * ((columns + panel - 1) / panel) * panel;
  }
  void multiply_all(const Product& product) const { multiply(product, 0, panels(product.columns)); }
};

/// The same and the loops that only training needs, in a separate table, so that a program that only plays is linked
/// without them.
struct TrainingKernels : Kernels {
  void (*lstm_backward)(const LstmBackward& step);
  void (*adam)(const AdamStep& step);
  void (*norm_gradient)(const NormGradient& row);
  /// With d = values − origin: sums += weight·d, squares += weight·d².
  void (*add_moments)(std::size_t count, const float* values, const float* origin, double weight, double* sums,
                      double* squares);
  /// to = (values − mean)·scale
  void (*normalise)(std::size_t count, const float* values, const double* mean, const double* scale, float* to);
  /// to += from
  void (*add)(std::size_t count, const float* from, float* to);
  /// Σ x²
  double (*sum_of_squares)(const float* values, std::size_t count);
};

/// The kernels of that width, or null if this build or machine does not have them. 4 lanes are always available.
const TrainingKernels* kernels_of(int lanes);

/// The widest kernels. In native builds the environment variable LODESTONE_LANES = 4, 8 or 16 selects others; a width
/// that the machine lacks is ignored. Results of different widths differ in their last bits.
const Kernels& kernels();
const TrainingKernels& training_kernels();

}  // namespace lodestone
