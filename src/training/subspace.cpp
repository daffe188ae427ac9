#include "training/subspace.hpp"

#include <algorithm>
#include <cmath>

#include "errors/first_error.hpp"
#include "lodestone/random.hpp"
#include "vector/packed.hpp"

namespace lodestone {
namespace {

constexpr int rounds = 8;
constexpr double norm_epsilon = 1e-5;
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

void add_scaled(double factor, std::span<const float> values, std::span<double> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += factor * static_cast<double>(values[i]);
}

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
    const float deviation = deviation_[i % components()];
    z[i] = deviation > 0 ? (*projected)[i] / deviation : 0;
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
// Σ_k W[g,k]·(β_k − γ_k·m_k / d_k). Dense: D'[b,h] = Σ_k σ_k·V[k,b]·D[k,h], bias μ_b + Σ_k σ_k·V[k,b]·c_k.
Result<Weights> Subspace::fold(const Weights& inner, const NetworkConfig& outer) const {
  auto weights = Weights::create(outer);
  if (!weights) return weights;
  copy_upper_layers(inner, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);
  std::copy(mean_.begin(), mean_.end(), weights->running_mean.begin());
  std::copy(variance_.begin(), variance_.end(), weights->running_var.begin());
  std::vector<double> slope(components()), offset(components()), row(bins());
  for (std::size_t k = 0; k < components(); ++k) {
    const double scale = inner.norm_weight[k] / std::sqrt(inner.running_var[k] + norm_epsilon);
    slope[k] = deviation_[k] > 0 ? scale / static_cast<double>(deviation_[k]) : 0;
    offset[k] = inner.norm_bias[k] - scale * static_cast<double>(inner.running_mean[k]);
  }
  const Array2<float>& from = inner.layers[0].input;
  for (std::size_t g = 0; g < from.rows(); ++g) {
    double bias = static_cast<double>(inner.layers[0].input_bias[g]);
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t k = 0; k < components(); ++k) {
      bias += from(g, k) * offset[k];
      add_scaled(from(g, k) * slope[k], basis_.row(k), row);
    }
    weights->layers[0].input_bias[g] = static_cast<float>(bias);
    for (std::size_t b = 0; b < bins(); ++b) {
      weights->layers[0].input(g, b) = static_cast<float>(row[b] * std::sqrt(variance_[b] + norm_epsilon));
    }
  }
  for (std::size_t h = 0; h <= inner.dense_weight.cols(); ++h) {  // the last is the bias
    const bool is_bias = h == inner.dense_weight.cols();
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t k = 0; k < components(); ++k) {
      const float value = is_bias ? inner.dense_bias[k] : inner.dense_weight(k, h);
      add_scaled(static_cast<double>(deviation_[k]) * value, basis_.row(k), row);
    }
    for (std::size_t b = 0; b < bins(); ++b) {
      if (is_bias) {
        weights->dense_bias[b] = static_cast<float>(row[b] + static_cast<double>(mean_[b]));
      } else {
        weights->dense_weight(b, h) = static_cast<float>(row[b]);
      }
    }
  }
  return weights;
}

// y = μ + Σ_k σ_k·z_k·V_k put into the outer network, whose output is projected: D[k,h] = V_kᵀD'[·,h] / σ_k.
Result<Weights> Subspace::unfold(const Weights& outer, const NetworkConfig& inner) const {
  auto weights = Weights::create(inner);
  if (!weights) return weights;
  copy_upper_layers(outer, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);  // running statistics: 0 and 1
  std::vector<double> slope(bins()), offset(bins());
  for (std::size_t b = 0; b < bins(); ++b) {
    slope[b] = outer.norm_weight[b] / std::sqrt(outer.running_var[b] + norm_epsilon);
    offset[b] = outer.norm_bias[b] + slope[b] * (static_cast<double>(mean_[b]) - outer.running_mean[b]);
  }
  const Array2<float>& from = outer.layers[0].input;
  for (std::size_t g = 0; g < from.rows(); ++g) {
    double bias = static_cast<double>(outer.layers[0].input_bias[g]);
    for (std::size_t b = 0; b < bins(); ++b) bias += from(g, b) * offset[b];
    weights->layers[0].input_bias[g] = static_cast<float>(bias);
    for (std::size_t k = 0; k < components(); ++k) {
      double sum = 0;
      for (std::size_t b = 0; b < bins(); ++b) sum += from(g, b) * slope[b] * basis_(k, b);
      weights->layers[0].input(g, k) =
          static_cast<float>(sum * static_cast<double>(deviation_[k]) * std::sqrt(1 + norm_epsilon));
    }
  }
  for (std::size_t k = 0; k < components(); ++k) {
    const double scale = deviation_[k] > 0 ? 1 / static_cast<double>(deviation_[k]) : 0;
    double bias = 0;
    for (std::size_t b = 0; b < bins(); ++b) bias += basis_(k, b) * static_cast<double>(outer.dense_bias[b] - mean_[b]);
    weights->dense_bias[k] = static_cast<float>(scale * bias);
    for (std::size_t h = 0; h < outer.dense_weight.cols(); ++h) {
      double sum = 0;
      for (std::size_t b = 0; b < bins(); ++b) sum += basis_(k, b) * static_cast<double>(outer.dense_weight(b, h));
      weights->dense_weight(k, h) = static_cast<float>(scale * sum);
    }
  }
  return weights;
}

}  // namespace lodestone
