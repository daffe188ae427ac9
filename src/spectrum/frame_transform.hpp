#pragma once

#include <complex>
#include <memory>

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"
#include "spectrum/fft.hpp"

namespace lodestone {

enum class Precision {
  /// Single if PFFFT supports the size, otherwise double.
  fast,
  /// Double, and the spectrum is rounded so that little of the error falls where the inverse amplifies it.
  exact,
};

/// Window and Fourier transform of one frame, in both directions. No allocation after `create`.
class FrameTransform {
 public:
  /// `config` must be valid.
  static Result<FrameTransform> create(const StftConfig& config, Precision precision);

  /// The spectrum `[bins]` of `samples` `[window length]`. Parts below 1e-20 become 0.
  void analyse(const float* samples, std::complex<float>* bins);
  /// Adds the windowed inverse of a spectrum `[bins]` to `sum`, `[window length]`. NaN, Inf and values beyond ±1e30
  /// count as 0.
  void synthesise(const std::complex<float>* bins, double* sum);

 private:
  template <class Real>
  struct Lane {
    static Result<std::unique_ptr<Lane>> create(const StftConfig& config, Precision precision);
    void analyse(const float* samples, std::complex<float>* bins);
    void synthesise(const std::complex<float>* bins, double* sum);

    Fft<Real> fft;
    Buffer<Real> analysis, synthesis;  ///< the window, and the window over size
    int size, margin;
    Precision precision;
  };

  FrameTransform() = default;

  // Only one is used; std::variant would add a kilobyte to the page's module.
  std::unique_ptr<Lane<float>> single_;
  std::unique_ptr<Lane<double>> double_;
};

}  // namespace lodestone
