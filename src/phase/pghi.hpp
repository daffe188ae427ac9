#pragma once

#include <complex>
#include <cstdint>

#include "errors/first_error.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/phase.hpp"

namespace lodestone {

/// Phase gradient heap integration (Průša, Balazs, Søndergaard 2017). For a Gaussian window, the derivatives of the
/// phase follow from those of the log magnitude; the phase is integrated outwards from the loudest bins, loud bins
/// first.
class Pghi {
 public:
  void prepare(const StftConfig& stft, std::uint64_t frames, FirstError& error);

  void begin(const Array2<float>& magnitudes);
  /// True when all phases have been found.
  bool step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget);

  static constexpr std::int64_t kBinCost = 200;

 private:
  struct Gradient {
    float along_time;  ///< in turns per frame
    float along_bins;  ///< in turns per bin
  };
  Gradient gradient(std::uint32_t index) const;
  bool take_seed(const float* magnitudes);
  void spread(std::uint32_t index, const float* magnitudes);
  void visit(std::uint32_t index, float turns, const float* magnitudes);

  StftConfig stft_;
  std::uint32_t bins_ = 0, frames_ = 0;
  double gamma_ = 0;  ///< of the Gaussian e^(−πt²/gamma) that best fits the window, in samples²
  float tolerance_ = 0;
  Buffer<float> logarithms_;
  Buffer<float> turns_;
  Buffer<std::uint8_t> known_;
  Buffer<std::uint32_t> seeds_;  ///< heap of bins that may have to start at phase 0
  Buffer<std::uint32_t> heap_;   ///< heap of bins whose neighbours are still to be visited
  std::size_t heap_size_ = 0, seeds_size_ = 0;
};

}  // namespace lodestone
