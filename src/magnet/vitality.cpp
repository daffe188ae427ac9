#include "magnet/vitality.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone {

namespace {

constexpr float silence = 1e-4f;  // 80 dB below the loudest training frame
constexpr float blow_up = 4.0f;   // 12 dB above it
constexpr float standstill =
    1e-3f;  // relative change from frame to frame; a held note of real sound changes by 1e-2 or more

float squared_norm(std::span<const float> frame) {
  float sum = 0;
  for (const float value : frame) sum += value * value;
  return sum;
}

}  // namespace

Result<Vitality> Vitality::create(const StftConfig& stft) {
  auto previous = Buffer<float>::create(static_cast<std::uint64_t>(stft.bins()));
  if (!previous) return previous.error();
  Vitality vitality;
  vitality.previous_ = std::move(*previous);
  vitality.patience_ = std::max(1, static_cast<int>(std::ceil(stft.sample_rate / stft.hop)));
  return vitality;
}

bool Vitality::dead(std::span<const float> frame, float loudest) {
  float change = 0;
  for (std::size_t bin = 0; bin < frame.size(); ++bin) {
    const float difference = frame[bin] - previous_[bin];
    change += difference * difference;
  }
  std::copy(frame.begin(), frame.end(), previous_.begin());
  const float norm = std::sqrt(squared_norm(frame));
  const bool lifeless = norm <= silence * loudest || norm > blow_up * loudest || std::sqrt(change) <= standstill * norm;
  lifeless_ = lifeless ? lifeless_ + 1 : 0;
  return lifeless_ >= patience_;
}

}  // namespace lodestone
