#include "magnet/limits.hpp"

#include <cmath>

#include "errors/message.hpp"

namespace lodestone {

namespace {

/// The magnitude of a bin `deviations` standard deviations above its mean, according to BatchNorm's statistics; for
/// models without training frames.
float typical_magnitude(const Model& model, std::size_t bin, float deviations) {
  float value = model.weights.running_mean[bin] + deviations * std::sqrt(model.weights.running_var[bin]);
  expand(model.network.scale, {&value, 1});
  return value;
}

}  // namespace

Status check_dreams(const Model& model) {
  if (auto error = model.stft.check()) return error;
  const int bins = model.network.bins;
  if (model.stft.bins() != bins) {
    return malformed("the network has {} bins; an FFT of {} gives {}", bins, model.stft.size, model.stft.bins());
  }
  const std::size_t rows = model.impulses.rows();
  if (rows == 0) return {};
  if (model.impulses.cols() != static_cast<std::size_t>(bins)) {
    return malformed("impulses: the training frames have {} bins; the network has {}", model.impulses.cols(), bins);
  }
  if (rows >= static_cast<std::size_t>(model.network.sequence)) return {};
  return malformed("impulses: the model has {} training frames; a dream needs {} (sequence), or none", rows,
                   model.network.sequence);
}

Limits Limits::of(const Model& model) {
  float largest = 0, loudest = 0;  // magnitude, squared norm
  for (std::size_t row = 0; row < model.impulses.rows(); ++row) {
    float sum = 0;
    for (const float value : model.impulses.row(row)) {
      largest = std::max(largest, value);
      sum += value * value;
    }
    loudest = std::max(loudest, sum);
  }
  if (model.impulses.rows() == 0) {
    for (std::size_t bin = 0; bin < model.weights.running_mean.size(); ++bin) {
      largest = std::max(largest, typical_magnitude(model, bin, 3));
      const float value = typical_magnitude(model, bin, 1);
      loudest += value * value;
    }
  }
  return {std::min(headroom * largest, highest), std::sqrt(std::max(0.0f, loudest))};
}

}  // namespace lodestone
