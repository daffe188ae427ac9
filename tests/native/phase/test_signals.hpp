#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "lodestone/phase.hpp"
#include "lodestone/random.hpp"

/// Small inputs for tests of phase reconstruction.
namespace test_signals {

/// Two partials that glide, with a little noise; full scale 1.
inline std::vector<float> glide(std::size_t samples) {
  lodestone::Random random(5);
  std::vector<float> signal(samples);
  double turns = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    turns += (300.0 + 0.02 * static_cast<double>(i)) / 44100;
    const double angle = 2 * std::numbers::pi * turns;
    signal[i] = static_cast<float>(0.5 * std::sin(angle) + 0.2 * std::sin(3.01 * angle)) + 0.01f * random.uniform();
  }
  return signal;
}

inline lodestone::Magnitudes analyse(const lodestone::StftConfig& stft, std::size_t samples = 16000) {
  return lodestone::Stft(stft).magnitudes(glide(samples)).value();
}

inline lodestone::Magnitudes copy(const lodestone::Magnitudes& magnitudes) {
  return {magnitudes.stft, magnitudes.values.clone().value(), magnitudes.samples};
}

/// `frames` frames of noise between `low` and `high`, a third of them exactly 0, whatever the framing.
inline lodestone::Magnitudes noise(const lodestone::StftConfig& stft, int frames, double low, double high) {
  lodestone::Random random(11);
  lodestone::Magnitudes magnitudes{stft, lodestone::Array2<float>::create(frames, stft.bins()).value(), 0};
  for (float& value : magnitudes.values.all()) {
    const double octaves = std::log2(high / low) * random.uniform();
    value = random.below(3) == 0 ? 0 : static_cast<float>(low * std::exp2(octaves));
  }
  return magnitudes;
}

/// Whether all bins are bit-identical.
inline bool same_bits(const lodestone::Array2<std::complex<float>>& a,
                      const lodestone::Array2<std::complex<float>>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(std::complex<float>)) == 0;
}

/// Configurations that differ in what matters to LWS: Q 4, 2, 1.6, 3.43; a window shorter than the FFT; all windows.
inline const std::vector<lodestone::StftConfig>& framings() {
  using lodestone::Framing;
  using lodestone::Window;
  static const std::vector<lodestone::StftConfig> all{
      {.size = 256, .hop = 64},
      {.size = 256, .hop = 64, .window = Window::sqrt_hann, .framing = Framing::lws},
      {.size = 256, .hop = 128, .window = Window::sqrt_hann, .framing = Framing::lws},
      {.size = 256, .hop = 160, .window = Window::hamming},
      {.size = 240, .hop = 70, .window = Window::blackman, .framing = Framing::none},
      {.size = 256, .hop = 70, .window = Window::sqrt_hann, .framing = Framing::lws},
      {.size = 256, .window_size = 128, .hop = 32, .window = Window::hann_symmetric},
      {.size = 16, .hop = 16, .window = Window::rectangular},
  };
  return all;
}

}  // namespace test_signals
