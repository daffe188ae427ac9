#include "phase/griffin_lim.hpp"

#include <cmath>

#include "phase/magnitude.hpp"
#include "spectrum/framing.hpp"

namespace lodestone {

Result<GriffinLim> GriffinLim::create(const StftConfig& stft, std::uint64_t frames, std::uint64_t samples,
                                      bool momentum) {
  StftConfig config = stft;
  const Layout layout(stft);
  const auto length = samples != 0 ? samples : layout.samples(frames);
  if (layout.frames(length) != frames) {
    config.framing = Framing::none;
    samples = 0;
  }
  auto backward = InverseStftStream::create(config);
  if (!backward) return backward.error();
  auto forward = StftStream::create(config);
  if (!forward) return forward.error();
  GriffinLim solver(std::move(*backward), std::move(*forward));
  solver.samples_ = samples;
  solver.frame_cost_ = static_cast<std::int64_t>(5.0 * stft.size * std::log2(stft.size));
  if (momentum) {
    auto previous = Array2<std::complex<float>>::create(frames, stft.bins());
    if (!previous) return previous.error();
    solver.previous_ = std::move(*previous);
  }
  return solver;
}

void GriffinLim::begin(const PhaseStage& stage) {
  stage_ = stage;
  iteration_ = 0;
  start_iteration();
}

void GriffinLim::start_iteration() {
  backward_.reset();
  forward_.reset();
  pushed_ = taken_ = 0;
}

void GriffinLim::take_frames(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes) {
  while (taken_ < spectrum.rows() && forward_.next()) {
    const auto consistent = forward_.frame();
    const auto sizes = magnitudes.row(taken_);
    const auto row = spectrum.row(taken_);
    const bool accelerate = stage_.momentum > 0 && iteration_ > 0;
    const auto momentum = static_cast<float>(stage_.momentum);
    const std::complex<float>* previous = accelerate ? previous_.row(taken_).data() : nullptr;
    for (std::size_t n = 0; n < row.size(); ++n) {
      float re = consistent[n].real(), im = consistent[n].imag();
      if (accelerate) {
        re += momentum * (re - previous[n].real());
        im += momentum * (im - previous[n].imag());
      }
      if (n == 0 || n + 1 == row.size()) im = 0;
      row[n] = with_magnitude(sizes[n], re, im, row[n]);
    }
    if (stage_.momentum > 0) std::copy(consistent.begin(), consistent.end(), previous_.row(taken_).begin());
    ++taken_;
  }
}

void GriffinLim::analyse(std::span<const float> samples, Array2<std::complex<float>>& spectrum,
                         const Array2<float>& magnitudes) {
  while (!samples.empty()) {
    samples = samples.subspan(forward_.push(samples));
    take_frames(spectrum, magnitudes);
  }
}

bool GriffinLim::step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget) {
  while (iteration_ < stage_.iterations) {
    analyse(backward_.push(spectrum.row(pushed_)), spectrum, magnitudes);
    if (++pushed_ == spectrum.rows()) {
      analyse(backward_.finish(samples_), spectrum, magnitudes);
      forward_.finish();
      take_frames(spectrum, magnitudes);
      ++iteration_;
      start_iteration();
    }
    if (!budget.spend(frame_cost_)) break;
  }
  return iteration_ == stage_.iterations;
}

}  // namespace lodestone
