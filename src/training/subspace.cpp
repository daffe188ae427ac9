#include "training/subspace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "errors/first_error.hpp"
#include "training/moments.hpp"
#include "vector/packed.hpp"

namespace lodestone {
namespace {

constexpr int rounds = 4;
/// Of the largest. Components that vary less are left out: as large as the rest, they would be noise that drowns the
/// sound.
constexpr float smallest_deviation = 1e-3f;

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// Modified Gram-Schmidt, twice for accuracy. Rows that depend on earlier ones become zero.
void orthonormalise(Array2<float>& rows, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
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

/// The mean frame and the unbiased variance of each bin; leaves the differences from the mean in `frames`.
Status centre(Array2<float>& frames, Buffer<float>& mean, Buffer<float>& variance) {
  auto sums = Buffer<double>::create(mean.size());
  if (!sums) return sums.error();
  const auto each = [&](auto visit) {
    std::fill(sums->begin(), sums->end(), 0.0);
    for (std::size_t m = 0; m < frames.rows(); ++m) {
      for (std::size_t b = 0; b < mean.size(); ++b) (*sums)[b] += visit(frames(m, b), b);
    }
  };
  const auto count = static_cast<double>(frames.rows());
  each([](float value, std::size_t) { return static_cast<double>(value); });
  for (std::size_t b = 0; b < mean.size(); ++b) mean[b] = static_cast<float>((*sums)[b] / count);
  each([&](float& value, std::size_t b) {
    value -= mean[b];
    return static_cast<double>(value) * value;
  });
  for (std::size_t b = 0; b < mean.size(); ++b) variance[b] = static_cast<float>((*sums)[b] / std::max(1.0, count - 1));
  return {};
}

/// frames`[n, bins]`ᵀ·projected`[n, components]`.
Result<Array2<float>> transposed_product(const Array2<float>& frames, const Buffer<float>& projected) {
  const Kernels& kernels = lodestone::kernels();
  const std::size_t count = frames.rows(), components = projected.size() / count;
  auto product = Array2<float>::create(frames.cols(), components);
  auto packed = Buffer<float>::create(kernels.packed_size(count, components));
  if (!packed) return packed.error();
  if (!product) return product;
  Packed factor(kernels, *packed);
  factor.fill(projected.data(), count, components);
  kernels.multiply_all(factor.transposed_times(frames.cols(), frames.data(), product->data()));
  return product;
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
double inverse(float deviation) { return deviation > 0 ? 1 / static_cast<double>(deviation) : 0; }

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

std::uint64_t Subspace::bound(int chosen, std::uint64_t bins) {
  return chosen < 0 ? std::min(most, bins) : static_cast<std::uint64_t>(chosen);
}

std::uint64_t Subspace::memory(std::uint64_t components, std::uint64_t bins) {
  return sizeof(float) * (components * bins + 2 * bins + components);
}

/// The frames and their projections, the basis and its product with the covariance; of each pair one packed, too.
std::uint64_t Subspace::memory_to_find(std::uint64_t frames, std::uint64_t components, std::uint64_t bins) {
  frames = std::min(frames, most_frames);
  const std::uint64_t packed = kernels().packed_size(std::max(frames, bins), components);
  return memory(components, bins) + sizeof(float) * (frames * bins + (frames + bins) * components + packed);
}

Result<Subspace> Subspace::create(Array2<float> frames, int chosen, std::uint32_t seed) {
  const std::uint64_t bins = frames.cols(), limit = std::min<std::uint64_t>(bound(chosen, bins), frames.rows());
  Subspace subspace;
  FirstError error;
  error.take(subspace.basis_, Array2<float>::create(limit, bins));
  for (Buffer<float>* buffer : {&subspace.mean_, &subspace.variance_}) error.take(*buffer, Buffer<float>::create(bins));
  error.take(subspace.deviation_, Buffer<float>::create(limit));
  if (error) return *error;
  if (auto failed = centre(frames, subspace.mean_, subspace.variance_)) return *failed;
  Random random(seed);
  for (std::uint64_t count = chosen < 0 ? std::min(fewest, limit) : limit;; count = std::min(2 * count, limit)) {
    if (auto failed = subspace.find(frames, count, random)) return *failed;
    if (auto failed = subspace.measure(frames)) return *failed;
    if (count == limit || subspace.share_ >= enough) break;
  }
  subspace.shorten(chosen);
  return subspace;
}

/// Grows the basis, starting from what it has. Each round multiplies it by the covariance, Yᵀ(YVᵀ) without ever forming
/// it, and orthonormalises it.
Status Subspace::find(const Array2<float>& differences, std::uint64_t components, Random& random) {
  const std::size_t known = components_;
  components_ = static_cast<std::size_t>(components);
  for (float& value : basis().subspan(known * bins())) value = random.uniform() - 0.5f;
  orthonormalise(basis_, components_);
  for (int round = 0; round < rounds; ++round) {
    const auto projected = project(differences.all());
    if (!projected) return projected.error();
    const auto product = transposed_product(differences, *projected);
    if (!product) return product.error();
    for (std::size_t k = 0; k < components_; ++k) {
      for (std::size_t b = 0; b < bins(); ++b) basis_(k, b) = (*product)(b, k);
    }
    orthonormalise(basis_, components_);
  }
  return {};
}

/// The deviations along the components, and their share of the variance.
Status Subspace::measure(const Array2<float>& differences) {
  const auto projected = project(differences.all());
  if (!projected) return projected.error();
  std::vector<double> squares(components());
  for (std::size_t i = 0; i < projected->size(); ++i) {
    squares[i % components()] += static_cast<double>((*projected)[i]) * (*projected)[i];
  }
  for (std::size_t k = 0; k < components(); ++k) {
    deviation_[k] = static_cast<float>(std::sqrt(squares[k] / static_cast<double>(differences.rows())));
  }
  const double all = dot(differences.all(), differences.all());
  share_ = all > 0 ? std::accumulate(squares.begin(), squares.end(), 0.0) / all : 1;
  return {};
}

/// Keeps the first components: those that vary and, if their number is to be chosen, the fewest that are enough.
void Subspace::shorten(int chosen) {
  double all = 0, kept = 0;
  for (const float deviation : deviations()) all += static_cast<double>(deviation) * deviation / share_;
  const std::size_t found = std::exchange(components_, 0);
  const float least = smallest_deviation * *std::max_element(deviation_.begin(), deviation_.begin() + found);
  do {
    kept += static_cast<double>(deviation_[components_]) * deviation_[components_];
    ++components_;
  } while (components_ < found && deviation_[components_] > least &&
           (chosen > 0 || components_ < fewest || kept < enough * all));
  if (all > 0) share_ = kept / all;
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

Status Subspace::encode(std::span<float> frames, std::span<float> z, std::span<float> outside) const {
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i] -= mean_[i % bins()];
  const auto projected = project(frames);
  if (!projected) return projected.error();
  for (std::size_t m = 0; m < outside.size(); ++m) {
    const auto frame = frames.subspan(m * bins(), bins());
    double left = dot(frame, frame);
    for (std::size_t i = m * components(); i < (m + 1) * components(); ++i) {
      z[i] = (*projected)[i] * static_cast<float>(inverse(deviation_[i % components()]));
      left -= static_cast<double>((*projected)[i]) * (*projected)[i];
    }
    outside[m] = static_cast<float>(std::max(0.0, left));
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
    slope[k] = scale * inverse(deviation_[k]);
    offset[k] = inner.norm_bias[k] - scale * static_cast<double>(inner.running_mean[k]);
  }
  LstmWeights& first = weights->layers[0];
  const View read = rows_of(inner.layers[0].input), basis{basis_.data(), components(), bins(), bins(), 1};
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
  const View read = rows_of(outer.layers[0].input), basis{basis_.data(), components(), bins(), bins(), 1};
  add_product(read, slope, transposed(basis), first.input.data());
  add_product(read, offset, ones(bins()), first.input_bias.data());
  for (std::size_t i = 0; i < first.input.size(); ++i) {
    first.input.data()[i] *= deviation_[i % components()] * static_cast<float>(std::sqrt(1 + norm_epsilon));
  }
  add_product(basis, one, rows_of(outer.dense_weight), weights->dense_weight.data());
  add_product(basis, bias, ones(bins()), weights->dense_bias.data());
  const std::size_t hidden = outer.dense_weight.cols();
  for (std::size_t k = 0; k < components(); ++k) {
    const auto scale = static_cast<float>(inverse(deviation_[k]));
    weights->dense_bias[k] *= scale;
    for (std::size_t h = 0; h < hidden; ++h) weights->dense_weight(k, h) *= scale;
  }
  return weights;
}

void Subspace::keep(Ledger& ledger) {
  ledger.values(basis());
  ledger.values(std::span<float>(deviation_).first(components_));
  for (Buffer<float>* values : {&mean_, &variance_}) ledger.values(std::span<float>(*values));
}

}  // namespace lodestone
