#include "phase/lws_kernel.hpp"

#include <algorithm>
#include <cmath>

#include "phase/blocks.hpp"
#include "phase/magnitude.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using Lanes = Floats<4>;
constexpr int kLanes = lanes_of<Lanes>;
constexpr int kVectors = kBlock / kLanes;
constexpr float kDown = 1 / Lattice::kGain;

}  // namespace

float threshold_for(double value) {
  const auto rounded = static_cast<float>(value);
  return static_cast<double>(rounded) > value ? std::nextafter(rounded, -1.0f) : rounded;
}

void LwsKernel::prepare(const StftConfig& stft, int weight_range, FirstError& error) {
  error.take(weights_, LwsWeights::create(stft, weight_range));
  const auto rows = std::uint64_t{2} * reach() + 1;
  take_block(taps_, rows * (range() + 1), error);
  take_block(spans_, rows, error);
}

void LwsKernel::begin(Lattice& lattice, const LwsTask& task) {
  task_ = task;
  position_ = lattice.rotation().position(task.frame);
  own_ = lattice.row(task.frame);
  block_ = spans_used_ = taps_used_ = 0;
  for (int distance = -reach(); distance <= reach(); ++distance) {
    const std::int64_t frame = task.frame + distance;
    if (distance == 0 || frame > task.newest) continue;
    const int first = taps_used_;
    const LatticeRow row = lattice.row(frame);
    add_taps(lattice, distance);
    if (taps_used_ > first) spans_[spans_used_++] = {row.re, row.im, first, taps_used_};
  }
  own_first_ = taps_used_;
  if (task.kind != LwsKind::initial) add_taps(lattice, 0);
}

// In rotated frames the weight of T(m + r, n + k) in T(m, n) is the overlap of that distance, conjugated on the left
// for k > 0, times e^(2πi·k·m·hop/size).
void LwsKernel::add_taps(const Lattice& lattice, int distance) {
  for (int k = distance == 0 ? 1 : 0; k <= range(); ++k) {
    const auto overlap = weights_.overlap(task_.kind, std::abs(distance), k);
    if (overlap == 0.0) continue;
    const auto weight = (distance > 0 ? overlap : std::conj(overlap)) *
                        lattice.rotation().factor(position_, static_cast<std::uint32_t>(k));
    taps_[taps_used_++] = {k, without_dust(static_cast<float>(weight.real()), 1e-3f),
                           without_dust(static_cast<float>(weight.imag()), 1e-3f)};
  }
}

LwsKernel::Sums LwsKernel::convolve(int bin) const {
  Lanes cosine_re[kVectors]{}, cosine_im[kVectors]{}, sine_re[kVectors]{}, sine_im[kVectors]{};
  for (int r = 0; r < spans_used_; ++r) {
    const float* re = spans_[r].re + bin;
    const float* im = spans_[r].im + bin;
    for (int t = spans_[r].first; t < spans_[r].last; ++t) {
      const int k = taps_[t].distance;
      const Lanes c = splat<Lanes>(taps_[t].c), s = splat<Lanes>(taps_[t].s);
      for (int v = 0; v < kVectors; ++v) {
        const int at = v * kLanes;
        if (k == 0) {
          cosine_re[v] += c * load<Lanes>(re + at);
          cosine_im[v] += c * load<Lanes>(im + at);
          continue;
        }
        const Lanes re_up = load<Lanes>(re + at + k), re_down = load<Lanes>(re + at - k);
        const Lanes im_up = load<Lanes>(im + at + k), im_down = load<Lanes>(im + at - k);
        cosine_re[v] += c * (re_up + re_down);
        cosine_im[v] += c * (im_up + im_down);
        sine_re[v] += s * (im_up - im_down);
        sine_im[v] += s * (re_up - re_down);
      }
    }
  }
  Sums sums;
  for (int v = 0; v < kVectors; ++v) {
    store(sums.re + v * kLanes, cosine_re[v] - sine_re[v]);
    store(sums.im + v * kLanes, cosine_im[v] + sine_im[v]);
  }
  return sums;
}

void LwsKernel::update_block(Lattice& lattice, int block) {
  const int begin = block * kBlock, end = std::min(begin + kBlock, lattice.bins());
  const int nyquist = lattice.bins() - 1;
  const float* magnitudes = lattice.magnitudes(task_.frame);
  const Sums sums = convolve(begin);
  for (int n = begin; n < end; ++n) {
    if (!(magnitudes[n] > task_.threshold)) continue;
    float re = sums.re[n - begin], im = sums.im[n - begin];
    for (int t = own_first_; t < taps_used_; ++t) {
      const auto [k, c, s] = taps_[t];
      re += c * (own_.re[n + k] + own_.re[n - k]) - s * (own_.im[n + k] - own_.im[n - k]);
      im += c * (own_.im[n + k] + own_.im[n - k]) + s * (own_.re[n + k] - own_.re[n - k]);
    }
    if (n == 0 || n == nyquist) im = 0;
    // As they are outside, sums are mostly ordinary; as they are here, none is subnormal.
    const bool ordinary = is_ordinary(re * kDown * (re * kDown) + im * kDown * (im * kDown));
    const float unit = ordinary ? kDown : 1, gain = ordinary ? Lattice::kGain : 1;
    const auto value = with_magnitude(magnitudes[n] * (Lattice::kGain / gain), re * unit, im * unit,
                                      {own_.re[n] * unit, own_.im[n] * unit});
    own_.re[n] = value.real() * gain;
    own_.im[n] = value.imag() * gain;
    if (n <= range()) {
      own_.re[-n] = own_.re[n];
      own_.im[-n] = -own_.im[n];
    }
    if (n >= nyquist - range()) {
      own_.re[2 * nyquist - n] = own_.re[n];
      own_.im[2 * nyquist - n] = -own_.im[n];
    }
  }
}

bool LwsKernel::step(Lattice& lattice, Budget& budget) {
  const float* peaks = lattice.peaks(task_.frame);
  const std::int64_t active = bin_cost(task_.kind) * kBlock;
  while (block_ < lattice.blocks()) {
    const int block = block_++;
    const bool idle = !(peaks[block] > task_.threshold);
    if (!idle) update_block(lattice, block);
    if (!budget.spend(idle ? kIdleCost : active)) break;
  }
  return block_ == lattice.blocks();
}

std::int64_t LwsKernel::bin_cost(LwsKind kind) const {
  const int frames = kind == LwsKind::full ? 2 * reach() : reach();
  constexpr std::int64_t normalisation = 16;
  return std::int64_t{4} * frames * (range() + 1) + (kind == LwsKind::initial ? 0 : 4 * range()) + normalisation;
}

std::int64_t LwsKernel::cost(LwsKind kind, int bins) const {
  return bin_cost(kind) * kBlock * ((bins + kBlock - 1) / kBlock);
}

}  // namespace lodestone
