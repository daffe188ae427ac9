#include "phase/pghi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "errors/message.hpp"
#include "phase/blocks.hpp"
#include "phase/magnitude.hpp"

namespace lodestone {
namespace {

/// Below this share of the largest magnitude, a phase is meaningless and stays 0.
constexpr float kTolerance = 1e-7f;

/// gamma divided by the squared window length, for the best-fitting Gaussian.
double gamma_of(Window window) {
  switch (window) {
    case Window::hann:
    case Window::hann_symmetric:
      return 0.25645;
    case Window::sqrt_hann:
      return 0.451;
    case Window::hamming:
      return 0.29794;
    case Window::blackman:
      return 0.17954;
    case Window::rectangular:
      return 0.85732;
  }
  return 0.25645;
}

float wrapped(double turns) { return static_cast<float>(turns - std::floor(turns)); }

/// Orders louder bins first, and equal ones by index.
struct Quieter {
  const float* magnitudes;
  bool operator()(std::uint32_t a, std::uint32_t b) const {
    return magnitudes[a] != magnitudes[b] ? magnitudes[a] < magnitudes[b] : a > b;
  }
};

}  // namespace

void Pghi::prepare(const StftConfig& stft, std::uint64_t frames, FirstError& error) {
  stft_ = stft;
  bins_ = static_cast<std::uint32_t>(stft.bins());
  frames_ = static_cast<std::uint32_t>(frames);
  gamma_ = gamma_of(stft.window) * stft.window_length() * stft.window_length();
  const std::uint64_t count = frames * bins_;
  if (count > std::numeric_limits<std::uint32_t>::max()) {
    error.take(failed(ErrorCode::out_of_memory, "out of memory: pghi takes at most 2^32 bins"));
  }
  take_block(logarithms_, count, error);
  take_block(turns_, count, error);
  take_block(known_, count, error);
  take_block(seeds_, count, error);
  take_block(heap_, count, error);
}

void Pghi::begin(const Array2<float>& magnitudes) {
  const auto values = magnitudes.all();
  tolerance_ = std::max(*std::max_element(values.begin(), values.end()) * kTolerance, kSmallestMagnitude);
  heap_size_ = seeds_size_ = 0;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    logarithms_[i] = std::log(std::max(values[i], tolerance_));
    turns_[i] = 0;
    known_[i] = !(values[i] > tolerance_);
    if (!known_[i]) seeds_[seeds_size_++] = i;
  }
  std::make_heap(seeds_.begin(), seeds_.begin() + seeds_size_, Quieter{magnitudes.data()});
}

// Equations 13 and 14, in turns: f + ∂_f log|S| / (2π·gamma) along time, −gamma·∂_t log|S| / 2π along frequency. Phases
// are relative to the start of the frame, so the middle of the frame shifts by half a turn from one bin to the next.
Pghi::Gradient Pghi::gradient(std::uint32_t index) const {
  const auto bin = index % bins_, frame = index / bins_;
  const auto low = bin > 0 ? index - 1 : index, high = bin + 1 < bins_ ? index + 1 : index;
  const auto left = frame > 0 ? index - bins_ : index, right = frame + 1 < frames_ ? index + bins_ : index;
  const double across = double{logarithms_[high]} - logarithms_[low];
  const double along = double{logarithms_[right]} - logarithms_[left];
  const auto columns = (right - left) / bins_;
  const double bin_step = std::max<double>(high - low, 1), frame_step = std::max<double>(columns, 1);
  constexpr double turn = 2 * std::numbers::pi;
  const double centre = std::fmod(static_cast<double>(bin) * stft_.hop, stft_.size) / stft_.size;
  return {static_cast<float>(centre + stft_.hop * (across / bin_step) * stft_.size / (turn * gamma_)),
          static_cast<float>(-gamma_ * (along / frame_step) / (turn * stft_.hop * stft_.size) - 0.5)};
}

void Pghi::visit(std::uint32_t index, float turns, const float* magnitudes) {
  turns_[index] = wrapped(turns);
  known_[index] = 1;
  heap_[heap_size_++] = index;
  std::push_heap(heap_.begin(), heap_.begin() + heap_size_, Quieter{magnitudes});
}

void Pghi::spread(std::uint32_t index, const float* magnitudes) {
  const auto bin = index % bins_, frame = index / bins_;
  const Gradient here = gradient(index);
  const auto integrate = [&](std::uint32_t to, float Gradient::*direction, float sign) {
    if (known_[to]) return;
    visit(to, turns_[index] + sign * 0.5f * (here.*direction + gradient(to).*direction), magnitudes);
  };
  if (frame + 1 < frames_) integrate(index + bins_, &Gradient::along_time, 1);
  if (frame > 0) integrate(index - bins_, &Gradient::along_time, -1);
  if (bin + 1 < bins_) integrate(index + 1, &Gradient::along_bins, 1);
  if (bin > 0) integrate(index - 1, &Gradient::along_bins, -1);
}

bool Pghi::take_seed(const float* magnitudes) {
  while (seeds_size_ > 0) {
    std::pop_heap(seeds_.begin(), seeds_.begin() + seeds_size_, Quieter{magnitudes});
    const std::uint32_t loudest = seeds_[--seeds_size_];
    if (known_[loudest]) continue;
    visit(loudest, 0, magnitudes);
    return true;
  }
  return false;
}

bool Pghi::step(Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes, Budget& budget) {
  const float* sizes = magnitudes.data();
  while (heap_size_ > 0 || take_seed(sizes)) {
    std::pop_heap(heap_.begin(), heap_.begin() + heap_size_, Quieter{sizes});
    spread(heap_[--heap_size_], sizes);
    if (!budget.spend(kBinCost)) return false;
  }
  const auto bins = spectrum.all();
  for (std::uint32_t i = 0; i < bins.size(); ++i) {
    const float angle = turns_[i] * static_cast<float>(2 * std::numbers::pi);
    const bool real = i % bins_ == 0 || i % bins_ + 1 == bins_;
    bins[i] = with_magnitude(sizes[i], std::cos(angle), real ? 0 : std::sin(angle), sizes[i]);
  }
  return true;
}

}  // namespace lodestone
