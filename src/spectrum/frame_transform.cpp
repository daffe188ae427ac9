#include "spectrum/frame_transform.hpp"

#include <algorithm>
#include <utility>

#include "spectrum/clean.hpp"
#include "spectrum/framing.hpp"

namespace lodestone {

template <class Real>
Result<FrameTransform> FrameTransform::Lane<Real>::create(const StftConfig& config) {
  const int length = config.window_length();
  auto fft = Fft<Real>::create(config.size);
  auto window = Buffer<double>::create(length);
  auto analysis = Buffer<Real>::create(length);
  auto synthesis = Buffer<Real>::create(length);
  if (!fft) return fft.error();
  if (!window) return window.error();
  if (!analysis) return analysis.error();
  if (!synthesis) return synthesis.error();
  fill_window(config.window, *window);
  for (int i = 0; i < length; ++i) {
    (*analysis)[i] = static_cast<Real>((*window)[i]);
    (*synthesis)[i] = static_cast<Real>((*window)[i] / config.size);
  }
  const int margin = static_cast<int>(Layout(config).margin);
  return FrameTransform(Lane{std::move(*fft), std::move(*analysis), std::move(*synthesis), config.size, margin});
}

template <class Real>
void FrameTransform::Lane<Real>::analyse(const float* samples, std::complex<float>* bins) {
  Real* frame = fft.samples();
  const auto length = analysis.size();
  // An inverse transform may have left something beside the window.
  std::fill_n(frame, margin, Real{0});
  for (std::size_t i = 0; i < length; ++i) frame[margin + i] = Real(samples[i]) * analysis[i];
  std::fill(frame + margin + length, frame + size, Real{0});
  fft.forward();

  const auto* from = reinterpret_cast<const Real*>(fft.bins());
  auto* to = reinterpret_cast<float*>(bins);
  for (int i = 0; i < size + 2; ++i) to[i] = small_to_zero(static_cast<float>(from[i]));
}

template <class Real>
template <class T>
void FrameTransform::Lane<Real>::synthesise(const std::complex<float>* bins, T* sum) {
  const auto* from = reinterpret_cast<const float*>(bins);
  auto* to = reinterpret_cast<Real*>(fft.bins());
  for (int i = 0; i < size + 2; ++i) to[i] = from[i];
  fft.inverse();
  const Real* frame = fft.samples() + margin;
  for (std::size_t i = 0; i < synthesis.size(); ++i) sum[i] += static_cast<T>(frame[i] * synthesis[i]);
}

Result<FrameTransform> FrameTransform::create(const StftConfig& config, Precision precision) {
  const bool single = precision == Precision::fast && Fft<float>::supports(config.size);
  return single ? Lane<float>::create(config) : Lane<double>::create(config);
}

void FrameTransform::analyse(const float* samples, std::complex<float>* bins) {
  std::visit([&](auto& lane) { lane.analyse(samples, bins); }, lane_);
}

template <class T>
void FrameTransform::synthesise(const std::complex<float>* bins, T* sum) {
  std::visit([&](auto& lane) { lane.synthesise(bins, sum); }, lane_);
}

template void FrameTransform::synthesise(const std::complex<float>*, float*);
template void FrameTransform::synthesise(const std::complex<float>*, double*);

}  // namespace lodestone
