#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "lodestone/array.hpp"
#include "lodestone/facts/spectrum.hpp"
#include "lodestone/result.hpp"
#include "lodestone/window.hpp"

namespace lodestone {

/// Name on the command line and in files: centered, none, lws.
std::string_view framing_name(Framing framing);
bool parse_framing(std::string_view name, Framing& framing);

/// Frames `[frames, bins]` with the configuration that they were made with.
template <class T>
struct Frames {
  StftConfig stft;
  Array2<T> values;
  std::uint64_t samples = 0;  ///< length of the signal; 0: unknown, the inverse gives all that the frames cover

  std::size_t count() const { return values.rows(); }
};

using Magnitudes = Frames<float>;              ///< |S|, linear
using Spectrum = Frames<std::complex<float>>;  ///< S, bins 0 (DC) to size/2 (Nyquist)

/// |S| per bin.
Result<Magnitudes> magnitudes(const Spectrum& spectrum);
/// |S|² per bin.
Result<Magnitudes> power(const Spectrum& spectrum);
/// arg S in radians, −π .. π; 0 where S is 0.
Result<Magnitudes> phase(const Spectrum& spectrum);
/// 20·log10(m / reference), at least `floor_db`.
Result<Magnitudes> decibels(const Magnitudes& magnitudes, float reference = 1.0f, float floor_db = -120.0f);

/// Short-time Fourier transform of whole signals. It allocates memory, so it is not for the audio thread; see
/// StftStream.
///
/// S[m, k] = Σ_n w[n]·x[m·hop + n − offset]·e^(−2πikn/size), without normalisation, like torch.stft. Computed in single
/// precision if the summed squared window is large enough everywhere (usual overlaps), otherwise in double precision;
/// parts below 1e-20 become 0. One object per thread.
class Stft {
 public:
  /// Throws Exception on an invalid configuration (`create` does not).
  explicit Stft(const StftConfig& config) : Stft(create(config).value()) {}
  static Result<Stft> create(const StftConfig& config);
  Stft(Stft&&) noexcept;
  Stft& operator=(Stft&&) noexcept;
  ~Stft();

  const StftConfig& config() const;

  /// The number of frames in a signal of this many samples; 0 if it is too short for the framing.
  std::uint64_t frames(std::uint64_t samples) const;

  /// `samples` must be finite (within ±1e30); at least size/2 + 1 of them for `centered`, size for `none`, 1 for `lws`.
  /// Otherwise invalid_data, naming the first invalid sample.
  Result<Spectrum> transform(std::span<const float> samples);
  Result<Magnitudes> magnitudes(std::span<const float> samples);

  /// Overlap-add of the windowed inverse frames, divided by the summed squared window (Griffin & Lim 1984, eq. 6).
  /// Gives `spectrum.samples` samples; if that is 0, as many as the frames determine: (frames − 1)·hop for `centered`,
  /// as in torch, (frames − 1)·hop + size for `none`, frames·hop − leading zeros for `lws`.
  ///
  /// A signal is recovered from its own spectrum to 1e-6 of full scale. At the ends, where windows are missing, the sum
  /// may be below 1e-3 of its maximum: there the division uses that floor, and samples under no window are 0.
  ///
  /// Refused: a configuration that is not invertible, and spectra of another configuration or shape, or with NaN or
  /// Inf.
  Result<Buffer<float>> inverse(const Spectrum& spectrum);

 private:
  struct Engine;
  explicit Stft(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Streaming version of `Stft::transform`: takes any number of samples at a time and gives bit-identical frames.
/// Real-time safe after `create`.
class StftStream {
 public:
  explicit StftStream(const StftConfig& config) : StftStream(create(config).value()) {}
  static Result<StftStream> create(const StftConfig& config);
  StftStream(StftStream&&) noexcept;
  StftStream& operator=(StftStream&&) noexcept;
  ~StftStream();

  const StftConfig& config() const;

  /// Returns to the state after `create`.
  void reset();

  /// Takes samples up to the end of the next frame and returns how many. Call again with the rest until all are taken:
  ///     while (!samples.empty()) { samples = samples.subspan(stream.push(samples)); while (stream.next())
  ///     use(stream.frame()); }
  /// NaN, Inf and samples beyond ±1e30 are replaced with 0. After `finish`, samples are ignored until `reset`.
  std::size_t push(std::span<const float> samples);
  /// Ends the signal: the frames that the framing adds at the end become available to `next`.
  void finish();
  /// True if another frame is ready in `frame()`.
  bool next();
  /// The newest frame, `[bins]`; valid until the next call.
  std::span<const std::complex<float>> frame() const;

 private:
  struct Engine;
  explicit StftStream(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// Streaming version of `Stft::inverse`: one frame in, `hop` samples out (fewer at the start, while the framing's
/// leading padding passes), with bit-identical samples. Real-time safe after `create`.
class InverseStftStream {
 public:
  explicit InverseStftStream(const StftConfig& config) : InverseStftStream(create(config).value()) {}
  static Result<InverseStftStream> create(const StftConfig& config);
  InverseStftStream(InverseStftStream&&) noexcept;
  InverseStftStream& operator=(InverseStftStream&&) noexcept;
  ~InverseStftStream();

  const StftConfig& config() const;
  void reset();

  /// Adds a frame `[bins]`; returns the samples that are now final, valid until the next call. NaN, Inf and numbers
  /// beyond ±1e30 count as 0.
  std::span<const float> push(std::span<const std::complex<float>> frame);
  /// Ends the signal, of `samples` samples (0: unknown, see `Stft::inverse`), and returns the remaining ones. If
  /// earlier calls have already returned more than that, the signal ended within them. Call `reset` before the next
  /// signal.
  std::span<const float> finish(std::uint64_t samples = 0);

 private:
  struct Engine;
  explicit InverseStftStream(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
