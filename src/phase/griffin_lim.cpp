#include "phase/griffin_lim.hpp"

#include <algorithm>
#include <cmath>

#include "phase/blocks.hpp"
#include "phase/magnitude.hpp"

namespace lodestone {

void GriffinLim::prepare(const StftConfig& stft, std::uint64_t frames, bool momentum, FirstError& error) {
  frame_cost_ = static_cast<std::int64_t>(5.0 * stft.size * std::log2(stft.size));
  take_block(target_, static_cast<std::uint64_t>(stft.bins()), error);
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
  // c = t + α·(t − previous t), Perraudin et al. 2013, algorithm 2.
  if (momentum > 0 && iteration_ > 0) {
    extrapolate(consistent, momentum, previous_.row(number), target_);
  } else {
    std::copy(consistent.begin(), consistent.end(), target_.begin());
    if (momentum > 0) std::copy(consistent.begin(), consistent.end(), previous_.row(number).begin());
  }
  target_[0].imag(0);
  target_[frame.size() - 1].imag(0);
  give_magnitudes(sizes, target_, frame);
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
