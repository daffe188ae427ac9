#include "phase/lws_weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "spectrum/analysis_window.hpp"

namespace lodestone {
namespace {

constexpr int kMostOverlap = 64;
constexpr double kSmallest = 1e-12;

int overlap_of(const StftConfig& stft) { return (stft.window_length() - 1) / stft.hop + 1; }

Status check(const StftConfig& stft) {
  if (auto error = stft.check()) return error;
  if (auto error = stft.check_invertible()) return error;
  if (overlap_of(stft) <= kMostOverlap) return {};
  const int least = (stft.window_length() + kMostOverlap - 1) / kMostOverlap;
  return out_of_range("hop", stft.hop, "for LWS {} or more, so that at most 64 windows overlap", least);
}

/// Whether window[t] = window[last − t] for all t, with zeros outside.
bool is_symmetric(const Buffer<double>& window, std::size_t last) {
  for (std::size_t t = 0; t < window.size(); ++t) {
    const double other = last - t < window.size() ? window[last - t] : 0;
    if (std::abs(window[t] - other) > kSmallest) return false;
  }
  return true;
}

int twice_centre_of(const StftConfig& stft, const Buffer<double>& window) {
  if (stft.size != 4 * stft.hop && stft.size != 2 * stft.hop) return 0;
  const int length = stft.window_length(), margin = (stft.size - length) / 2;
  for (const int last : {length - 1, length}) {
    if (is_symmetric(window, static_cast<std::size_t>(last))) return 2 * margin + last;
  }
  return 0;
}

}  // namespace

Result<LwsWindows> lws_windows(const StftConfig& stft) {
  if (auto error = check(stft)) return *error;
  const auto length = static_cast<std::size_t>(stft.window_length());
  const auto hop = static_cast<std::size_t>(stft.hop);
  LwsWindows windows;
  Buffer<double> product;
  FirstError error;
  error.take(windows.analysis, analysis_window(stft));
  for (auto* block : {&windows.synthesis, &windows.initial, &windows.newest, &product}) {
    error.take(*block, Buffer<double>::create(length));
  }
  if (error) return *error;
  auto& [analysis, synthesis, initial, newest] = windows;
  for (std::size_t phase = 0; phase < hop; ++phase) {
    double sum = 0;
    for (std::size_t t = phase; t < length; t += hop) sum += analysis[t] * analysis[t];
    for (std::size_t t = phase; t < length; t += hop) {
      synthesis[t] = analysis[t] / sum;
      product[t] = analysis[t] * synthesis[t];
    }
  }

  // Time-reversed sums of the shifted products. If at most two windows overlap, the sum without the frame itself would
  // not overlap any synthesis window, so the frame's own product replaces it.
  for (std::size_t t = 0; t < length; ++t) {
    double later = 0;
    for (std::size_t u = t + hop; u < length; u += hop) later += product[u];
    initial[length - 1 - t] = later;
    newest[length - 1 - t] = later + product[t];
  }
  if (length <= 2 * hop) std::copy(product.begin(), product.end(), initial.begin());
  return windows;
}

Result<LwsWeights> LwsWeights::create(const StftConfig& stft, int weight_range) {
  auto windows = lws_windows(stft);
  if (!windows) return windows.error();
  LwsWeights weights;
  weights.size_ = stft.size;
  weights.hop_ = stft.hop;
  weights.reach_ = overlap_of(stft) - 1;
  weights.range_ = std::min(weight_range, stft.size / 2 - 1);
  weights.twice_centre_ = twice_centre_of(stft, windows->analysis);
  Buffer<double> turns;
  FirstError error;
  error.take(weights.overlaps_,
             Buffer<double>::create(std::uint64_t{2} * 3 * (weights.reach_ + 1) * (weights.range_ + 1)));
  error.take(turns, Buffer<double>::create(std::uint64_t{2} * stft.size));
  if (error) return *error;
  for (int j = 0; j < stft.size; ++j) {
    const double angle = -2 * std::numbers::pi * j / stft.size;
    turns[2 * j] = std::cos(angle);
    turns[2 * j + 1] = std::sin(angle);
  }

  const int length = stft.window_length(), margin = (stft.size - length) / 2;
  const std::array<const double*, 3> firsts{windows->analysis.data(), windows->initial.data(), windows->newest.data()};
  double* out = weights.overlaps_.data();
  for (const double* first : firsts) {
    for (int r = 0; r <= weights.reach_; ++r) {
      for (int k = 0; k <= weights.range_; ++k, out += 2) {
        double re = 0, im = 0;
        for (int t = 0; t + r * stft.hop < length; ++t) {
          const double product = first[t] * windows->synthesis[t + r * stft.hop];
          const auto turn = 2 * (std::int64_t{k} * (t + margin) % stft.size);
          re += product * turns[turn];
          im += product * turns[turn + 1];
        }
        if (std::hypot(re, im) <= kSmallest * stft.size) continue;
        out[0] = re / stft.size;
        out[1] = im / stft.size;
      }
    }
  }
  return weights;
}

std::complex<double> LwsWeights::overlap(LwsKind kind, int r, int k) const {
  const std::size_t i = 2 * ((static_cast<std::size_t>(kind) * (reach_ + 1) + r) * (range_ + 1) + k);
  return {overlaps_[i], overlaps_[i + 1]};
}

std::complex<double> LwsWeights::weight(LwsKind kind, std::int64_t n, int r, int k) const {
  const std::int64_t turn = (n - k) * r % size_ * hop_ % size_;
  const auto weight = std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(turn) / size_) * overlap(kind, r, k);
  return r == 0 && k == 0 ? weight - 1.0 : weight;
}

}  // namespace lodestone
