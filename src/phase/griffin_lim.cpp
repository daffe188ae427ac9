#include "phase/griffin_lim.hpp"

#include <algorithm>
#include <cmath>

#include "phase/magnitude.hpp"

namespace lodestone {

void GriffinLim::prepare(const StftConfig& stft, std::uint64_t frames, bool momentum, FirstError& error) {
  frame_cost_ = static_cast<std::int64_t>(5.0 * stft.size * std::log2(stft.size));
  if (momentum) error.take(previous_, Array2<std::complex<float>>::create(frames, stft.bins()));
}

void GriffinLim::begin(const PhaseStage& stage) {
  stage_ = stage;
  iteration_ = 0;
  pushed_ = 0;
  projection_.reset();
}

void GriffinLim::take(std::size_t number, std::span<const std::complex<float>> consistent, std::span<const float> sizes,
                      std::span<std::complex<float>> frame) {
  const auto momentum = static_cast<float>(stage_.momentum);
  const bool accelerate = momentum > 0 && iteration_ > 0;
  const std::complex<float>* previous = accelerate ? previous_.row(number).data() : nullptr;
  for (std::size_t n = 0; n < frame.size(); ++n) {
    float re = consistent[n].real(), im = consistent[n].imag();
    if (accelerate) {
      re += momentum * (re - previous[n].real());
      im += momentum * (im - previous[n].imag());
    }
    if (n == 0 || n + 1 == frame.size()) im = 0;
    frame[n] = with_magnitude(sizes[n], re, im, frame[n]);
  }
  if (momentum > 0) std::copy(consistent.begin(), consistent.end(), previous_.row(number).begin());
}

bool GriffinLim::step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget) {
  const auto use = [&](std::size_t number, std::span<const std::complex<float>> consistent) {
    take(number, consistent, magnitudes.row(number), spectrum.row(number));
  };
  while (iteration_ < stage_.iterations) {
    projection_.push(spectrum.row(pushed_), use);
    if (++pushed_ == spectrum.rows()) {
      projection_.finish(use);
      projection_.reset();
      pushed_ = 0;
      ++iteration_;
    }
    if (!budget.spend(frame_cost_)) break;
  }
  return iteration_ == stage_.iterations;
}

}  // namespace lodestone
