#pragma once

#include <algorithm>
#include <span>

#include "lodestone/network.hpp"
#include "vector/arena.hpp"
#include "vector/kernels.hpp"

namespace lodestone {

/// What BatchNorm adds to variances, as in PyTorch.
inline constexpr double norm_epsilon = 1e-5;

/// Mean and variance of each bin over weighted frames, for BatchNorm.
class Moments {
 public:
  void lay_out(Arena& arena, std::uint64_t bins) {
    mean_ = arena.take<double>(bins);
    variance_ = arena.take<double>(bins);
  }

  /// Starts over. Using deviations from `origin`, one of the frames, needs one pass instead of two, and gives a bin
  /// that never varies a variance of exactly 0.
  void begin(const float* origin) {
    origin_ = origin;
    std::fill(mean_.begin(), mean_.end(), 0.0);
    std::fill(variance_.begin(), variance_.end(), 0.0);
  }
  /// Adds a frame that makes up `share` of all frames.
  void add(const float* frame, double share) {
    kernels_.add_moments(bins(), frame, origin_, share, mean_.data(), variance_.data());
  }
  void end() {
    for (std::size_t k = 0; k < bins(); ++k) {
      variance_[k] = std::max(0.0, variance_[k] - mean_[k] * mean_[k]);
      mean_[k] += origin_[k];
    }
  }

  /// Uses the running statistics of `weights` instead.
  void take(const Weights& weights) {
    std::copy(weights.running_mean.begin(), weights.running_mean.end(), mean_.begin());
    std::copy(weights.running_var.begin(), weights.running_var.end(), variance_.begin());
  }
  /// Updates the running statistics of `weights` with these, which come from `count` values. The running variance is
  /// unbiased: n / (n − 1) times the one computed here.
  void move(Weights& weights, double momentum, double count) const {
    const auto move = [&](float& running, double value) {
      running = static_cast<float>((1 - momentum) * running + momentum * value);
    };
    for (std::size_t k = 0; k < bins(); ++k) {
      move(weights.running_mean[k], mean_[k]);
      move(weights.running_var[k], variance_[k] * count / (count - 1));
    }
  }

  std::size_t bins() const { return mean_.size(); }
  std::span<const double> mean() const { return mean_; }
  std::span<const double> variance() const { return variance_; }

 private:
  const TrainingKernels& kernels_ = training_kernels();
  const float* origin_ = nullptr;
  std::span<double> mean_, variance_;  ///< `[bins]`
};

}  // namespace lodestone
