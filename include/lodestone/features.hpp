#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/result.hpp"
#include "lodestone/window.hpp"

namespace lodestone {

/// Analysis settings, checked by `Analyser::create`.
struct AnalyserConfig {
  int size = 2048;  ///< FFT size and window in samples: 32 .. 65536, a multiple of 32 without prime factors above 5
  int hop = 512;    ///< samples from one frame to the next, 1 .. size
  Window window = Window::hann;
  double sample_rate = 44100;  ///< in Hz, 1 .. 768000
  int mel_bands = 40;          ///< 1 .. 256
  int coefficients = 13;       ///< of the cepstrum, 1 .. mel_bands
};

/// The offset of each feature in a frame, which is a flat list of floats. m[k] is the magnitude |S[k]| of bin k at
/// frequency f[k] = k·sample_rate/size, S as in Stft; x[n] are the samples of the frame. Sums run over all bins, DC to
/// Nyquist.
struct FeatureLayout {
  /// √(Σ x²/size), without the window (librosa.feature.rms).
  static constexpr std::size_t rms = 0;
  /// Σ f·m / Σ m in Hz, 0 in silence (librosa.feature.spectral_centroid).
  static constexpr std::size_t centroid = 1;
  /// Geometric over arithmetic mean of max(m², 1e-10), 0 .. 1: 0 for a tone, 1 for a flat spectrum
  /// (librosa.feature.spectral_flatness).
  static constexpr std::size_t flatness = 2;
  /// The lowest f[k] in Hz up to which lie 85 % of Σ m (librosa.feature.spectral_rolloff).
  static constexpr std::size_t rolloff = 3;
  /// √(Σ (m − m of the frame before)²); the first frame comes after silence (essentia's Flux).
  static constexpr std::size_t flux = 4;
  /// Mean over the mel bands of max(0, rise in dB since the frame before), 0 in the first frame
  /// (librosa.onset.onset_strength, here with `mel_bands` bands and no top_db).
  static constexpr std::size_t onset = 5;
  /// Fundamental frequency in Hz, from 2·sample_rate/size up, 0 where nothing repeats: YIN (de Cheveigné & Kawahara
  /// 2002, steps 1 to 5, threshold 0.1) over the frame, integrating over half of it.
  static constexpr std::size_t pitch = 6;
  /// How sure that is: 1 − d′ at the chosen lag, d′ the cumulative mean normalised difference (eq. 8), 0 .. 1.
  static constexpr std::size_t confidence = 7;

  std::size_t bins, mel_bands, coefficients;

  /// m, `[bins]`.
  static constexpr std::size_t magnitudes() { return 8; }
  /// 20·log10(m / (Σ window / 2)), `[bins]`, not below −120: a sine of full scale on a bin has 0 dB.
  std::size_t decibels() const { return magnitudes() + bins; }
  /// Power Σ w·m² in triangular bands w, evenly spaced from 0 to Nyquist on Slaney's mel scale, each of area 1 in Hz,
  /// `[mel_bands]` (librosa.feature.melspectrogram: htk=False, norm='slaney').
  std::size_t mel() const { return decibels() + bins; }
  /// Orthonormal DCT-II of 10·log10(max(mel, 1e-10)), its first `[coefficients]` (librosa.feature.mfcc, here without
  /// top_db, which would need the loudest frame to come).
  std::size_t mfcc() const { return mel() + mel_bands; }
  /// Floats in a frame.
  std::size_t size() const { return mfcc() + coefficients; }
};

/// Streaming analysis: takes any number of samples and gives the features of one frame every `hop` samples, each as
/// soon as its last sample has arrived. Frame m starts at sample m·hop. Real-time safe after `create`; one object per
/// thread.
class Analyser {
 public:
  /// Throws Exception on an invalid configuration (`create` does not).
  explicit Analyser(const AnalyserConfig& config) : Analyser(create(config).value()) {}
  static Result<Analyser> create(const AnalyserConfig& config);
  Analyser(Analyser&&) noexcept;
  Analyser& operator=(Analyser&&) noexcept;
  ~Analyser();

  const FeatureLayout& layout() const;

  /// Returns to the state after `create`.
  void reset();

  /// Takes samples up to the end of the next frame and returns how many. Call again with the rest, as with StftStream.
  /// NaN, Inf and samples beyond ±1e30 are replaced with 0.
  std::size_t push(std::span<const float> samples);
  /// True if another frame is ready in `frame()`.
  bool next();
  /// The newest frame, `[layout().size()]`; always finite and at the same address, zeros before the first frame.
  std::span<const float> frame() const;

 private:
  struct Engine;
  explicit Analyser(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
