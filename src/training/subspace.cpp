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

Status Subspace::encode(const Array2<float>& magnitudes, Scale scale, std::span<float> z,
                        std::span<float> outside) const {
  const std::size_t block = std::min(magnitudes.rows(), most_encoded) * bins();
  auto room = Buffer<float>::create(block + kernels().packed_size(bins(), components_));
  if (!room) return room.error();
  const std::span<float> frames = std::span<float>(*room).first(block);
  Packed packed(kernels(), std::span<float>(*room).subspan(block));
  for (std::size_t first = 0; first < magnitudes.rows(); first += most_encoded) {
    const std::size_t some = std::min(magnitudes.rows() - first, most_encoded);
    std::copy_n(magnitudes.row(first).data(), some * bins(), frames.data());
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

/// What a network reads and predicts: bins or components. The latter are coordinates in the subspace divided by `unit`.
struct Subspace::Side {
  std::span<const float> unit, mean, variance;
};

Result<Weights> Subspace::fold(const Weights& inner, const NetworkConfig& outer) const {
  const std::vector<float> zeros(components_), ones(bins(), 1.0f);
  return rewrite(inner, {deviations(), zeros, ones}, outer, {ones, mean_, variance_}, true);
}

Result<Weights> Subspace::unfold(const Weights& outer, const NetworkConfig& inner) const {
  const std::vector<float> zeros(components_), ones(bins(), 1.0f);
  return rewrite(outer, {ones, mean_, variance_}, inner, {deviations(), zeros, ones}, false);
}

/// Projects what comes in and goes out, and gives BatchNorm the statistics of its new input. With γ, β and the running
/// statistics m, v of BatchNorm, s = γ / √(v + ε), and with μ, u, σ for the mean, variance and unit of a side, where a
/// prime marks the new one and V becomes its transpose when folding:
/// W'[g,j] = √(u'_j + ε)·σ'_j·Σ_i W[g,i]·s_i / σ_i·V[j,i], and the bias grows by Σ_i W[g,i]·(β_i + s_i·(μ_i − m_i));
/// Dense: D'[j,h] = Σ_i V[j,i]·σ_i·D[i,h] / σ'_j, with the bias μ'_j + Σ_i V[j,i]·σ_i·(c_i − μ_i) / σ'_j.
Result<Weights> Subspace::rewrite(const Weights& from, const Side& old, const NetworkConfig& network, const Side& now,
                                  bool folds) const {
  const std::size_t before = old.mean.size(), after = now.mean.size(), hidden = from.dense_weight.cols();
  auto weights = Weights::create(network);
  if (!weights) return weights;
  auto room = Buffer<float>::create(kernels().packed_size(before, std::max(after, hidden)));
  if (!room) return room.error();
  Packed packed(kernels(), *room);
  copy_upper_layers(from, *weights);
  std::fill(weights->norm_weight.begin(), weights->norm_weight.end(), 1.0f);
  std::copy_n(now.mean.data(), after, weights->running_mean.data());
  std::copy_n(now.variance.data(), after, weights->running_var.data());

  std::vector<float> scale(before), offset(before), bias(before);
  for (std::size_t i = 0; i < before; ++i) {
    const float slope = from.norm_weight[i] / std::sqrt(from.running_var[i] + static_cast<float>(norm_epsilon));
    scale[i] = slope * inverse(old.unit[i]);
    offset[i] = from.norm_bias[i] + slope * (old.mean[i] - from.running_mean[i]);
    bias[i] = from.dense_bias[i] - old.mean[i];
  }
  const LstmWeights& read = from.layers[0];
  LstmWeights& first = weights->layers[0];
  const std::size_t width = read.input.rows();
  packed.fill(offset.data(), before, 1);
  kernels().multiply_all(packed.times(width, read.input.data(), read.input_bias.data(), 1, first.input_bias.data()));
  if (folds) {
    packed.fill(basis_.data(), before, after);
  } else {
    packed.fill_transposed(basis_.data(), after, before);
  }
  packed.scale_rows(scale.data());
  kernels().multiply_all(packed.times(width, read.input.data(), nullptr, 0, first.input.data()));
  for (std::size_t j = 0; j < after; ++j) {
    const float spread = now.unit[j] * std::sqrt(now.variance[j] + static_cast<float>(norm_epsilon));
    for (std::size_t g = 0; g < width; ++g) first.input(g, j) *= spread;
  }

  const auto predict = [&](const float* values, std::size_t columns, float* to) {
    packed.fill(values, before, columns);
    packed.scale_rows(old.unit.data());
    kernels().multiply_all(folds ? packed.transposed_times(after, basis_.data(), to)
                                 : packed.times(after, basis_.data(), nullptr, 0, to));
    for (std::size_t i = 0; i < after * columns; ++i) to[i] *= inverse(now.unit[i / columns]);
  };
  predict(from.dense_weight.data(), hidden, weights->dense_weight.data());
  predict(bias.data(), 1, weights->dense_bias.data());
  for (std::size_t i = 0; i < after; ++i) weights->dense_bias[i] += now.mean[i];
  return weights;
}

void Subspace::keep(Ledger& ledger) {
  ledger.values(basis());
  ledger.values(std::span<float>(deviation_).first(components_));
  for (Buffer<float>* values : {&mean_, &variance_}) ledger.values(std::span<float>(*values));
}

}  // namespace lodestone
