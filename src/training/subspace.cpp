#include "training/subspace.hpp"

#include <algorithm>
#include <cmath>

#include "errors/first_error.hpp"
#include "lodestone/random.hpp"
#include "training/moments.hpp"
#include "vector/packed.hpp"

namespace lodestone {
namespace {

constexpr int rounds = 8;
constexpr double smallest_deviation = 1e-6;  // of the largest; what lies below is rounding

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// Modified Gram-Schmidt, twice for accuracy. Rows that depend on earlier ones become zero.
void orthonormalise(Array2<float>& rows) {
  for (std::size_t k = 0; k < rows.rows(); ++k) {
    const auto row = rows.row(k);
    const double before = std::sqrt(dot(row, row));
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t j = 0; j < k; ++j) {
        const auto share = static_cast<float>(dot(row, rows.row(j)));
        for (std::size_t b = 0; b < row.size(); ++b) row[b] -= share * rows(j, b);
      }
    }
    const double length = std::sqrt(dot(row, row));
    const auto scale = static_cast<float>(length > 1e-6 * before ? 1 / length : 0);
    for (float& value : row) value *= scale;
  }
}

/// The mean frame and the unbiased variance of each bin; replaces the frames by their differences from the mean.
void centre(std::span<float> frames, std::span<const Clip> clips, Buffer<float>& mean, Buffer<float>& variance) {
  const std::size_t bins = mean.size();
  double count = 0;
  for (const Clip& clip : clips) count += static_cast<double>(clip.frames);
  for (std::size_t b = 0; b < bins; ++b) {
    double sum = 0, squares = 0;
    const auto each = [&](auto visit) {
      for (const Clip& clip : clips) {
        for (std::uint64_t m = clip.start; m < clip.start + clip.frames; ++m) visit(frames[m * bins + b]);
      }
    };
    each([&](float value) { sum += value; });
    mean[b] = static_cast<float>(sum / count);
    for (std::size_t at = b; at < frames.size(); at += bins) frames[at] -= mean[b];
    each([&](float value) { squares += static_cast<double>(value) * value; });
    variance[b] = static_cast<float>(squares / std::max(1.0, count - 1));
  }
}

/// product `[bins, components]` += framesᵀ·projected, with frames `[n, bins]` and projected `[n, components]`.
Status add_transposed_product(std::span<const float> frames, std::span<const float> projected, Array2<float>& product) {
  const Kernels& kernels = lodestone::kernels();
  const std::size_t count = frames.size() / product.rows();
  auto packed = Buffer<float>::create(kernels.packed_size(count, product.cols()));
  if (!packed) return packed.error();
  Packed factor(kernels, *packed);
  factor.fill(projected.data(), count, product.cols());
  Product sum = factor.transposed_times(product.rows(), frames.data(), product.data());
  sum.start = product.data();
  sum.start_row = static_cast<std::ptrdiff_t>(product.cols());
  kernels.multiply_all(sum);
  return {};
}

/// A matrix in memory that others own.
struct View {
  const float* data;
  std::size_t rows, columns;
  std::size_t row, column;  ///< strides
};

View rows_of(const Array2<float>& values) { return {values.data(), values.rows(), values.cols(), values.cols(), 1}; }
View transposed(const View& view) { return {view.data, view.columns, view.rows, view.column, view.row}; }
View column(const Buffer<float>& values) { return {values.data(), values.size(), 1, 1, 0}; }
View ones(std::size_t count) {
  static constexpr float one = 1;
  return {&one, count, 1, 0, 0};
}

/// c += a·diag(scale)·b, dense row-major, summed in double precision.
void add_product(const View& a, std::span<const double> scale, const View& b, float* c) {
  std::vector<double> sums(b.columns);
  for (std::size_t i = 0; i < a.rows; ++i, c += b.columns) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t k = 0; k < a.columns; ++k) {
      const double factor = a.data[i * a.row + k * a.column] * scale[k];
      const float* row = b.data + k * b.row;
      for (std::size_t j = 0; j < b.columns; ++j) sums[j] += factor * static_cast<double>(row[j * b.column]);
    }
    for (std::size_t j = 0; j < b.columns; ++j) c[j] = static_cast<float>(c[j] + sums[j]);
  }
}

/// The slope of BatchNorm in one bin.
double norm_slope(const Weights& weights, std::size_t bin) {
  return weights.norm_weight[bin] / std::sqrt(weights.running_var[bin] + norm_epsilon);
}

/// 0 for what does not vary.
double inverse(double deviation) { return deviation > 0 ? 1 / deviation : 0; }

/// All that does not see bins: the recurrent weights, their biases and the layers above the first.
void copy_upper_layers(const Weights& from, Weights& to) {
  const auto copy = [](const auto& source, auto& target) { std::copy_n(source.data(), source.size(), target.data()); };
  for (std::size_t l = 0; l < from.layers.size(); ++l) {
    if (l > 0) copy(from.layers[l].input, to.layers[l].input);
    copy(from.layers[l].recurrent, to.layers[l].recurrent);
    copy(from.layers[l].input_bias, to.layers[l].input_bias);
    copy(from.layers[l].recurrent_bias, to.layers[l].recurrent_bias);
  }
}

}  // namespace

Result<Subspace> Subspace::create(std::span<float> frames, std::uint64_t bins, std::span<const Clip> clips,
                                  std::uint64_t components, std::uint32_t seed) {
  Subspace subspace;
  FirstError error;
  error.take(subspace.basis_, Array2<float>::create(components, bins));
  for (Buffer<float>* buffer : {&subspace.mean_, &subspace.variance_}) error.take(*buffer, Buffer<float>::create(bins));
  for (Buffer<float>* buffer : {&subspace.deviation_, &subspace.importance_}) {
    error.take(*buffer, Buffer<float>::create(components));
  }
  if (error) return *error;
  centre(frames, clips, subspace.mean_, subspace.variance_);
  if (auto failed = subspace.find(frames, clips, seed)) return *failed;
  if (auto failed = subspace.measure(frames, clips)) return *failed;
  return subspace;
}

/// Each round multiplies the basis by the covariance, Yᵀ(YVᵀ) without ever forming it, and orthonormalises it.
Status Subspace::find(std::span<const float> differences, std::span<const Clip> clips, std::uint32_t seed) {
  Random random(seed);
  for (float& value : basis_.all()) value = static_cast<float>(random.uniform()) - 0.5f;
  orthonormalise(basis_);
  auto product = Array2<float>::create(bins(), components());
  if (!product) return product.error();
  for (int round = 0; round < rounds; ++round) {
    std::fill(product->all().begin(), product->all().end(), 0.0f);
    for (const Clip& clip : clips) {
      const auto frames = differences.subspan(clip.start * bins(), clip.frames * bins());
      auto projected = project(frames);
      if (!projected) return projected.error();
      if (auto failed = add_transposed_product(frames, *projected, *product)) return failed;
    }
    for (std::size_t k = 0; k < components(); ++k) {
      for (std::size_t b = 0; b < bins(); ++b) basis_(k, b) = (*product)(b, k);
    }
    orthonormalise(basis_);
  }
  return {};
}

Status Subspace::measure(std::span<const float> differences, std::span<const Clip> clips) {
  double count = 0, total = 0;
  std::vector<double> squares(components());
  for (const Clip& clip : clips) {
    auto projected = project(differences.subspan(clip.start * bins(), clip.frames * bins()));
    if (!projected) return projected.error();
    for (std::size_t i = 0; i < projected->size(); ++i) {
      squares[i % components()] += static_cast<double>((*projected)[i]) * (*projected)[i];
    }
    count += static_cast<double>(clip.frames);
  }
  const double largest = std::sqrt(*std::max_element(squares.begin(), squares.end()) / count);
  for (std::size_t k = 0; k < components(); ++k) {
    const double deviation = std::sqrt(squares[k] / count);
    deviation_[k] = static_cast<float>(deviation > smallest_deviation * largest ? deviation : 0);
    total += static_cast<double>(deviation_[k]);
  }
  for (std::size_t k = 0; k < components(); ++k) {
    importance_[k] = static_cast<float>(total > 0 ? deviation_[k] * static_cast<double>(components()) / total : 0);
  }
  return {};
}

Result<Buffer<float>> Subspace::project(std::span<const float> differences) const {
  const Kernels& kernels = lodestone::kernels();
  const std::size_t frames = differences.size() / bins();
  FirstError error;
  Buffer<float> packed, projected;
  error.take(packed, Buffer<float>::create(kernels.packed_size(bins(), components())));
  error.take(projected, Buffer<float>::create(frames * components()));
  if (error) return *error;
  Packed factor(kernels, packed);
  factor.fill_transposed(basis_.data(), components(), bins());
  kernels.multiply_all(factor.times(frames, differences.data(), nullptr, 0, projected.data()));
  return projected;
}

Status Subspace::encode(std::span<const float> differences, std::span<float> z) const {
  auto projected = project(differences);
  if (!projected) return projected.error();
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = (*projected)[i] * static_cast<float>(inverse(static_cast<double>(deviation_[i % components()])));
  }
  return {};
}

Status Subspace::decode(std::span<const float> z, std::span<float> frames) const {
  const Kernels& kernels = lodestone::kernels();
  auto packed = Buffer<float>::create(kernels.packed_size(components(), bins()));
  if (!packed) return packed.error();
  Packed factor(kernels, *packed);
  factor.fill(basis_.data(), components(), bins());
  factor.scale_rows(deviation_.data());
  kernels.multiply_all(factor.times(z.size() / components(), z.data(), mean_.data(), 0, frames.data()));
  return {};
}

// With the running statistics m, v of the inner network, d = √(v + ε), and the mean r and variance u of the outer one,
// where r = μ: W'[g,b] = √(u_b + ε)·Σ_k W[g,k]·γ_k·V[k,b] / (d_k·σ_k), and the bias grows by
// Σ_k W[g,k]·(β_k − γ_k·m_k / d_k). Dense: D'[b,h] = Σ_k V[k,b]·σ_k·D[k,h], bias μ_b + Σ_k V[k,b]·σ_k·c_k.
Result<Weights> Subspace::fold(const Weights& inner, const NetworkConfig& outer) const {
  auto weights = Weights::create(outer);
  if (!weights) return weights;
  copy_upper_layers(inner, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);
  std::copy(mean_.begin(), mean_.end(), weights->running_mean.begin());
  std::copy(variance_.begin(), variance_.end(), weights->running_var.begin());
  std::copy(mean_.begin(), mean_.end(), weights->dense_bias.begin());
  std::vector<double> slope(components()), offset(components()), deviation(components());
  for (std::size_t k = 0; k < components(); ++k) {
    const double scale = norm_slope(inner, k);
    deviation[k] = static_cast<double>(deviation_[k]);
    slope[k] = scale * inverse(deviation[k]);
    offset[k] = inner.norm_bias[k] - scale * static_cast<double>(inner.running_mean[k]);
  }
  LstmWeights& first = weights->layers[0];
  const View read = rows_of(inner.layers[0].input), basis = rows_of(basis_);
  add_product(read, slope, basis, first.input.data());
  add_product(read, offset, ones(components()), first.input_bias.data());
  for (std::size_t i = 0; i < first.input.size(); ++i) {
    first.input.data()[i] *= static_cast<float>(std::sqrt(variance_[i % bins()] + norm_epsilon));
  }
  add_product(transposed(basis), deviation, rows_of(inner.dense_weight), weights->dense_weight.data());
  add_product(transposed(basis), deviation, column(inner.dense_bias), weights->dense_bias.data());
  return weights;
}

// y = μ + Σ_k σ_k·z_k·V_k goes into the outer network, whose prediction is projected: D[k,h] = Σ_b V[k,b]·D'[b,h] /
// σ_k.
Result<Weights> Subspace::unfold(const Weights& outer, const NetworkConfig& inner) const {
  auto weights = Weights::create(inner);
  if (!weights) return weights;
  copy_upper_layers(outer, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);  // running statistics: 0 and 1
  std::vector<double> slope(bins()), offset(bins()), one(bins(), 1.0), bias(bins());
  for (std::size_t b = 0; b < bins(); ++b) {
    slope[b] = norm_slope(outer, b);
    offset[b] = outer.norm_bias[b] + slope[b] * (static_cast<double>(mean_[b]) - outer.running_mean[b]);
    bias[b] = static_cast<double>(outer.dense_bias[b]) - mean_[b];
  }
  LstmWeights& first = weights->layers[0];
  const View read = rows_of(outer.layers[0].input), basis = rows_of(basis_);
  add_product(read, slope, transposed(basis), first.input.data());
  add_product(read, offset, ones(bins()), first.input_bias.data());
  for (std::size_t i = 0; i < first.input.size(); ++i) {
    first.input.data()[i] *= deviation_[i % components()] * static_cast<float>(std::sqrt(1 + norm_epsilon));
  }
  add_product(basis, one, rows_of(outer.dense_weight), weights->dense_weight.data());
  add_product(basis, bias, ones(bins()), weights->dense_bias.data());
  const std::size_t hidden = outer.dense_weight.cols();
  for (std::size_t k = 0; k < components(); ++k) {
    const auto scale = static_cast<float>(inverse(static_cast<double>(deviation_[k])));
    weights->dense_bias[k] *= scale;
    for (std::size_t h = 0; h < hidden; ++h) weights->dense_weight(k, h) *= scale;
  }
  return weights;
}

}  // namespace lodestone
