#include "training/check_frames.hpp"

#include <cmath>
#include <limits>

#include "errors/message.hpp"

namespace lodestone {
namespace {

/// Squares of such magnitudes, and sums of them, are finite.
constexpr float largest_magnitude = 1e15f;

/// Rounded up to hundredths.
double seconds(const StftConfig& stft, std::uint64_t frames) {
  const double hundredths = 100.0 * static_cast<double>(frames) * stft.hop / stft.sample_rate;
  return std::ceil(hundredths - 1e-6) / 100;
}

Status check_length(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config,
                    const Sampler& sampler) {
  const std::uint64_t windows = count_windows(clips, config);
  const std::uint64_t needed = windows_needed(config, sampler.least_windows());
  if (windows >= needed) return {};
  const std::uint64_t window = window_frames(config);
  const std::string batch = sampler.batch_text();
  if (clips.size() == 1) {
    return malformed("the sound is too short: it has {} frames ({} s); a batch of {} needs {} frames ({} s)",
                     frames.count(), seconds(frames.stft, frames.count()), batch, needed + window - 1,
                     seconds(frames.stft, needed + window - 1));
  }
  return malformed(
      "the {} clips are too short: they have {} windows of {} frames ({} s with the frame after them); a batch of {} "
      "needs {}",
      clips.size(), windows, window - static_cast<std::uint64_t>(config.group), seconds(frames.stft, window), batch,
      needed);
}

Status check_values(const Array2<float>& values) {
  for (std::size_t m = 0; m < values.rows(); ++m) {
    for (std::size_t k = 0; k < values.cols(); ++k) {
      if (values(m, k) >= 0 && values(m, k) <= largest_magnitude) continue;
      return malformed("the magnitude of frame {}, bin {} is {}; allowed: 0 to 1e15", m, k,
                       static_cast<double>(values(m, k)));
    }
  }
  return {};
}

}  // namespace

Status check_frames(const Magnitudes& frames, std::span<const Clip> clips, const TrainerConfig& config,
                    const Sampler& sampler) {
  const Array2<float>& values = frames.values;
  const auto bins = static_cast<std::size_t>(frames.stft.bins());
  if (values.cols() != bins) {
    return malformed("the frames have {} bins; expected {}, half the FFT size plus one", values.cols(), bins);
  }
  const std::uint64_t all = count_frames(clips);
  if (all != values.rows()) return refused("the clips add up to {} frames; expected {}", all, values.rows());
  if (auto error = check_length(frames, clips, config, sampler)) return error;
  if (values.rows() > most_frames) {
    return out_of_range("number of frames", static_cast<double>(values.rows()), "up to 2147483647");
  }
  return check_values(values);
}

}  // namespace lodestone
