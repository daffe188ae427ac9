#include "magnet/limits.hpp"

#include <cmath>

#include "errors/message.hpp"
#include "network/tensor.hpp"

namespace lodestone {

namespace {

/// The magnitude of a bin `deviations` standard deviations above its mean, according to BatchNorm's statistics; for
/// models without training frames.
float typical_magnitude(const ModelView& model, std::size_t bin, float deviations) {
  const std::span<const float> mean = floats(model.weights[2]), variance = floats(model.weights[3]);
  float value = mean[bin] + deviations * std::sqrt(variance[bin]);
  expand(model.network.scale, {&value, 1});
  return value;
}

}  // namespace

Status check_dreams(const ModelView& model) {
  if (auto error = model.stft.check()) return error;
  const int bins = model.network.bins;
  if (model.stft.bins() != bins) {
    return malformed("the network has {} bins; an FFT of {} gives {}", bins, model.stft.size, model.stft.bins());
  }
  const std::size_t rows = model.frames();
  if (rows == 0) return {};
  if (model.impulses.shape[1] != static_cast<std::uint64_t>(bins)) {
    return malformed("impulses: the training frames have {} bins; the network has {}", model.impulses.shape[1], bins);
  }
  if (rows >= static_cast<std::size_t>(model.network.past())) return {};
  return malformed("impulses: the model has {} training frames; a dream needs {} (sequence), or none", rows,
                   model.network.past());
}

Limits Limits::of(const ModelView& model, std::span<const float> frames) {
  const auto bins = static_cast<std::size_t>(model.network.bins);
  float largest = 0, loudest = 0;  // magnitude, squared norm
  for (std::span<const float> rest = frames; !rest.empty(); rest = rest.subspan(bins)) {
    float sum = 0;
    for (const float value : rest.first(bins)) {
      largest = std::max(largest, value);
      sum += value * value;
    }
    loudest = std::max(loudest, sum);
  }
  for (std::size_t bin = 0; frames.empty() && bin < bins; ++bin) {
    largest = std::max(largest, typical_magnitude(model, bin, 3));
    const float value = typical_magnitude(model, bin, 1);
    loudest += value * value;
  }
  return {std::min(headroom * largest, highest), std::sqrt(std::max(0.0f, loudest))};
}

}  // namespace lodestone
