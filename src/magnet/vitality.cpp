#include "magnet/vitality.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone {

namespace {

constexpr float silence = 1e-4f;  // −80 dB below the loudest training frame
constexpr float blow_up = 4.0f;   // 12 dB above it
constexpr float standstill =
    1e-3f;  // relative change from frame to frame; a held note of real sound changes by 1e-2 and more

float squared_norm(std::span<const float> frame) {
  float sum = 0;
  for (const float value : frame) sum += value * value;
  return sum;
}

// The norm of a typical loud frame by BatchNorm's statistics, for models that keep no training frames.
float squared_norm_of_statistics(const Model& model) {
  float sum = 0;
  for (std::size_t bin = 0; bin < model.weights.running_mean.size(); ++bin) {
    float value = model.weights.running_mean[bin] + std::sqrt(model.weights.running_var[bin]);
    expand(model.network.scale, {&value, 1});
    sum += value * value;
  }
  return sum;
}

}  // namespace

Result<Vitality> Vitality::create(const Model& model) {
  auto previous = Buffer<float>::create(static_cast<std::uint64_t>(model.network.bins));
  if (!previous) return previous.error();
  Vitality vitality;
  vitality.previous_ = std::move(*previous);
  float loudest = model.impulses.rows() > 0 ? 0 : squared_norm_of_statistics(model);
  for (std::size_t row = 0; row < model.impulses.rows(); ++row) {
    loudest = std::max(loudest, squared_norm(model.impulses.row(row)));
  }
  vitality.loudest_ = std::sqrt(loudest);
  vitality.patience_ = std::max(1, static_cast<int>(std::ceil(model.stft.sample_rate / model.stft.hop)));
  return vitality;
}

bool Vitality::dead(std::span<const float> frame) {
  float change = 0;
  for (std::size_t bin = 0; bin < frame.size(); ++bin) {
    const float difference = frame[bin] - previous_[bin];
    change += difference * difference;
  }
  std::copy(frame.begin(), frame.end(), previous_.begin());
  const float norm = std::sqrt(squared_norm(frame));
  const bool lifeless =
      norm <= silence * loudest_ || norm > blow_up * loudest_ || std::sqrt(change) <= standstill * norm;
  lifeless_ = lifeless ? lifeless_ + 1 : 0;
  return lifeless_ >= patience_;
}

}  // namespace lodestone
