#include "training/subspace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "errors/first_error.hpp"
#include "training/moments.hpp"

namespace lodestone {
namespace {

/// Of the power iteration. A few are enough, because what lies just inside the subspace matters as little as what lies
/// just outside.
constexpr int rounds = 4;
/// Of the largest. Components that vary less are left out: as large as the rest, they would be noise that drowns the
/// sound.
constexpr float smallest_deviation = 1e-3f;
/// Frames that are encoded at a time.
constexpr std::size_t most_encoded = 256;

/// Modified Gram-Schmidt. Rows become zero if no more than `least` is left of them.
void orthonormalise(Array2<float>& rows, std::size_t count, double least, Packed& packed, float* shares) {
  const std::size_t bins = rows.cols();
  for (std::size_t k = 0; k < count; ++k) {
    const auto row = rows.row(k);
    const double length = std::sqrt(training_kernels().sum_of_squares(row.data(), bins));
    const auto scale = static_cast<float>(length > least ? 1 / length : 0);
    for (float& value : row) value *= scale;
    const std::size_t left = count - k - 1;
    float* const below = row.data() + bins;
    packed.fill(row.data(), bins, 1);
    kernels().multiply_all(packed.times(left, below, nullptr, 0, shares));
    for (std::size_t i = 0; i < left; ++i) shares[i] = -shares[i];
    packed.fill(row.data(), 1, bins);
    kernels().multiply_all(packed.times(left, shares, below, bins, below));
  }
}

/// What BatchNorm multiplies by, when it uses its running statistics.
float norm_slope(const Weights& weights, std::size_t i) {
  return weights.norm_weight[i] / std::sqrt(weights.running_var[i] + static_cast<float>(norm_epsilon));
}

/// 0 for what does not vary.
float inverse(float deviation) { return deviation > 0 ? 1 / deviation : 0; }

/// All that does not see bins: the recurrent weights, their biases and the layers above the first.
void copy_upper_layers(const Weights& from, Weights& to) {
  const auto copy = [](const auto& source, auto& target) { std::copy_n(source.data(), source.size(), target.data()); };
  for (std::size_t l = 0; l < from.layers.size(); ++l) {
    if (l > 0) {
      copy(from.layers[l].input, to.layers[l].input);
      copy(from.layers[l].input_bias, to.layers[l].input_bias);
    }
    copy(from.layers[l].recurrent, to.layers[l].recurrent);
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

/// Memory for finding a subspace.
struct Subspace::Search {
  Moments moments;
  Packed packed;
  std::span<float> projected;  ///< `[frames, components]`
  std::span<float> product;    ///< `[bins, components]`

  void lay_out(Arena& arena, std::uint64_t frames, std::uint64_t components, std::uint64_t bins) {
    moments.lay_out(arena, bins);
    packed = Packed(kernels(), arena, kernels().packed_size(std::max(frames, bins), components));
    projected = arena.take<float>(frames * components);
    product = arena.take<float>(bins * components);
  }
};

std::uint64_t Subspace::memory_to_find(std::uint64_t frames, std::uint64_t components, std::uint64_t bins) {
  frames = std::min(frames, most_frames);
  Arena arena;
  Search().lay_out(arena, frames, components, bins);
  return memory(components, bins) + sizeof(float) * frames * bins + arena.size();
}

Result<Subspace> Subspace::create(Array2<float> frames, int chosen, std::uint32_t seed) {
  const std::uint64_t bins = frames.cols(), limit = std::min<std::uint64_t>(bound(chosen, bins), frames.rows());
  Search search;
  Arena needed;
  search.lay_out(needed, frames.rows(), limit, bins);
  Subspace subspace;
  Buffer<std::byte> block;
  FirstError error;
  error.take(block, Buffer<std::byte>::create(needed.size()));
  error.take(subspace.basis_, Array2<float>::create(limit, bins));
  for (Buffer<float>* buffer : {&subspace.mean_, &subspace.variance_}) error.take(*buffer, Buffer<float>::create(bins));
  error.take(subspace.deviation_, Buffer<float>::create(limit));
  if (error) return *error;
  Arena arena(block.data());
  search.lay_out(arena, frames.rows(), limit, bins);
  subspace.centre(frames, search);
  Random random(seed);
  for (std::uint64_t count = chosen < 0 ? std::min(fewest, limit) : limit;; count = std::min(2 * count, limit)) {
    subspace.find(frames, count, search, random);
    subspace.measure(frames, search);
    if (count == limit || subspace.share_ >= enough) break;
  }
  subspace.shorten(chosen);
  return subspace;
}

/// The mean frame and the unbiased variance of each bin; leaves the differences from the mean in `frames`.
void Subspace::centre(Array2<float>& frames, Search& search) {
  Moments& moments = search.moments;
  const auto count = static_cast<double>(frames.rows());
  moments.begin(frames.data());
  for (std::size_t m = 0; m < frames.rows(); ++m) moments.add(frames.row(m).data(), 1 / count);
  moments.end();
  for (std::size_t b = 0; b < bins(); ++b) {
    mean_[b] = static_cast<float>(moments.mean()[b]);
    variance_[b] = static_cast<float>(moments.variance()[b] * count / std::max(1.0, count - 1));
    for (std::size_t m = 0; m < frames.rows(); ++m) frames(m, b) -= mean_[b];
  }
}

/// Grows the basis, starting from what it has. Each round of the power iteration multiplies it by the covariance,
/// Yᵀ(YVᵀ) without ever forming it, and orthonormalises it.
void Subspace::find(const Array2<float>& differences, std::uint64_t components, Search& search, Random& random) {
  const std::size_t known = std::exchange(components_, static_cast<std::size_t>(components));
  for (float& value : basis().subspan(known * bins())) value = random.uniform() - 0.5f;
  Packed& packed = search.packed;
  float* const projected = search.projected.data();
  for (int round = 0; round < rounds; ++round) {
    project(differences.rows(), differences.data(), packed, projected);
    packed.fill(projected, differences.rows(), components_);
    kernels().multiply_all(packed.transposed_times(bins(), differences.data(), search.product.data()));
    for (std::size_t k = 0; k < components_; ++k) {
      for (std::size_t b = 0; b < bins(); ++b) basis_(k, b) = search.product[b * components_ + k];
    }
    orthonormalise(basis_, components_, 1e-30, packed, search.product.data());
  }
  // Once more for accuracy. Now what is left of a row that depends on earlier ones is tiny, and of the others nearly
  // all.
  orthonormalise(basis_, components_, 0.1, packed, search.product.data());
}

/// The deviations along the components, and their share of the variance.
void Subspace::measure(const Array2<float>& differences, Search& search) {
  project(differences.rows(), differences.data(), search.packed, search.projected.data());
  double inside = 0;
  for (std::size_t k = 0; k < components_; ++k) {
    double squares = 0;
    for (std::size_t m = 0; m < differences.rows(); ++m) {
      squares += std::pow(static_cast<double>(search.projected[m * components_ + k]), 2);
    }
    deviation_[k] = static_cast<float>(std::sqrt(squares / static_cast<double>(differences.rows())));
    inside += squares;
  }
  const double all = training_kernels().sum_of_squares(differences.data(), differences.size());
  share_ = all > 0 ? inside / all : 1;
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

/// V·d of each difference d.
void Subspace::project(std::size_t frames, const float* differences, Packed& packed, float* to) const {
  packed.fill_transposed(basis_.data(), components_, bins());
  kernels().multiply_all(packed.times(frames, differences, nullptr, 0, to));
}

Status Subspace::encode(std::span<const float> magnitudes, Scale scale, std::span<float> z,
                        std::span<float> outside) const {
  const std::size_t rows = magnitudes.size() / bins(), block = std::min(rows, most_encoded) * bins();
  auto room = Buffer<float>::create(block + kernels().packed_size(bins(), components_));
  if (!room) return room.error();
  const std::span<float> frames = std::span<float>(*room).first(block);
  Packed packed(kernels(), std::span<float>(*room).subspan(block));
  for (std::size_t first = 0; first < rows; first += most_encoded) {
    const std::size_t some = std::min(rows - first, most_encoded);
    std::copy_n(magnitudes.data() + first * bins(), some * bins(), frames.data());
    compress(scale, frames.first(some * bins()));
    for (std::size_t i = 0; i < some * bins(); ++i) frames[i] -= mean_[i % bins()];
    float* value = z.data() + first * components_;
    project(some, frames.data(), packed, value);
    for (std::size_t m = 0; m < some; ++m) {
      double left = training_kernels().sum_of_squares(frames.data() + m * bins(), bins());
      for (std::size_t k = 0; k < components_; ++k, ++value) {
        left -= static_cast<double>(*value) * *value;
        *value *= inverse(deviation_[k]);
      }
      outside[first + m] = static_cast<float>(std::max(0.0, left));
    }
  }
  return {};
}

Status Subspace::decode(std::span<const float> z, std::span<float> frames) const {
  auto room = Buffer<float>::create(kernels().packed_size(components_, bins()));
  if (!room) return room.error();
  Packed packed(kernels(), *room);
  packed.fill(basis_.data(), components_, bins());
  packed.scale_rows(deviation_.data());
  kernels().multiply_all(packed.times(z.size() / components_, z.data(), mean_.data(), 0, frames.data()));
  return {};
}

// With the running statistics m, v of the inner network and d = √(v + ε), its first layer reads γ_k·(V_k·(y − μ)/σ_k −
// m_k)/d_k + β_k: W'[g,k] = W[g,k]·γ_k / (d_k·σ_k), and the bias grows by Σ_k W[g,k]·(β_k − γ_k·m_k/d_k). What Dense
// gives is multiplied by σ_k.
Result<Weights> Subspace::between_bins(const Weights& inner, const NetworkConfig& outer) const {
  auto weights = Weights::create(outer);
  if (!weights) return weights;
  copy_upper_layers(inner, *weights);
  std::copy_n(basis_.data(), weights->components.size(), weights->components.data());
  for (Buffer<float>* mean : {&weights->components_bias, &weights->running_mean}) {
    std::copy(mean_.begin(), mean_.end(), mean->begin());
  }
  std::copy(variance_.begin(), variance_.end(), weights->running_var.begin());
  const LstmWeights& read = inner.layers[0];
  LstmWeights& first = weights->layers[0];
  const std::size_t hidden = inner.dense_weight.cols();
  std::vector<double> biases(read.input_bias.begin(), read.input_bias.end());
  for (std::size_t k = 0; k < components_; ++k) {
    const float slope = norm_slope(inner, k), deviation = deviation_[k];
    const float offset = inner.norm_bias[k] - slope * inner.running_mean[k];
    for (std::size_t g = 0; g < biases.size(); ++g) {
      first.input(g, k) = read.input(g, k) * slope * inverse(deviation);
      biases[g] += static_cast<double>(read.input(g, k)) * offset;
    }
    for (std::size_t h = 0; h < hidden; ++h) weights->dense_weight(k, h) = deviation * inner.dense_weight(k, h);
    weights->dense_bias[k] = deviation * inner.dense_bias[k];
  }
  std::transform(biases.begin(), biases.end(), first.input_bias.begin(),
                 [](double b) { return static_cast<float>(b); });
  return weights;
}

// Projects what comes in and goes out. With s = γ / √(v + ε): W'[g,k] = σ_k·√(1 + ε)·Σ_b W[g,b]·s_b·V[k,b], since the
// new BatchNorm has mean 0 and variance 1, and the bias grows by Σ_b W[g,b]·(β_b + s_b·(μ_b − m_b)); Dense: D'[k,h] =
// Σ_b V[k,b]·D[b,h] / σ_k, with the bias Σ_b V[k,b]·(c_b − μ_b) / σ_k.
Result<Weights> Subspace::unfold(const Weights& outer, const NetworkConfig& inner) const {
  const std::size_t hidden = outer.dense_weight.cols();
  auto weights = Weights::create(inner);
  if (!weights) return weights;
  auto room = Buffer<float>::create(kernels().packed_size(bins(), std::max(components_, hidden)));
  if (!room) return room.error();
  Packed packed(kernels(), *room);
  copy_upper_layers(outer, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);
  std::vector<float> slope(bins()), offset(bins()), bias(bins());
  for (std::size_t b = 0; b < bins(); ++b) {
    slope[b] = norm_slope(outer, b);
    offset[b] = outer.norm_bias[b] + slope[b] * (mean_[b] - outer.running_mean[b]);
    bias[b] = outer.dense_bias[b] - mean_[b];
  }
  const LstmWeights& read = outer.layers[0];
  LstmWeights& first = weights->layers[0];
  const std::size_t width = read.input.rows();
  packed.fill(offset.data(), bins(), 1);
  kernels().multiply_all(packed.times(width, read.input.data(), read.input_bias.data(), 1, first.input_bias.data()));
  packed.fill_transposed(basis_.data(), components_, bins());
  packed.scale_rows(slope.data());
  kernels().multiply_all(packed.times(width, read.input.data(), nullptr, 0, first.input.data()));
  for (std::size_t k = 0; k < components_; ++k) {
    const float spread = deviation_[k] * std::sqrt(1 + static_cast<float>(norm_epsilon));
    for (std::size_t g = 0; g < width; ++g) first.input(g, k) *= spread;
  }
  const auto project_to = [&](const float* values, std::size_t columns, float* to) {
    packed.fill(values, bins(), columns);
    kernels().multiply_all(packed.times(components_, basis_.data(), nullptr, 0, to));
    for (std::size_t i = 0; i < components_ * columns; ++i) to[i] *= inverse(deviation_[i / columns]);
  };
  project_to(outer.dense_weight.data(), hidden, weights->dense_weight.data());
  project_to(bias.data(), 1, weights->dense_bias.data());
  return weights;
}

void Subspace::keep(Ledger& ledger) {
  ledger.values(basis());
  ledger.values(std::span<float>(deviation_).first(components_));
  for (Buffer<float>* values : {&mean_, &variance_}) ledger.values(std::span<float>(*values));
}

}  // namespace lodestone
