#include "phase/lws_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phase/blocks.hpp"

namespace lodestone {
namespace {

/// Weight parts up to this size are rounding errors.
constexpr double kNothing = 1e-10;

/// A product without checks for NaN and Inf.
std::complex<double> times(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

float threshold_for(double value) {
  const auto rounded = static_cast<float>(value);
  return static_cast<double>(rounded) > value ? std::nextafter(rounded, -1.0f) : rounded;
}

void LwsKernel::prepare(const StftConfig& stft, int weight_range, FirstError& error) {
  error.take(weights_, LwsWeights::create(stft, weight_range));
  loops_ = &lws_loops();
  const std::uint64_t range = weights_.range(), most = 2 * reach() * (range + 1);
  take_block(taps_, kLwsLanes * kLwsGroups * most, error);
  take_block(own_, kLwsLanes * 2 * range, error);
  take_block(work_, 1, error);
  if (error) return;
  for (const auto kind : {LwsKind::full, LwsKind::newest}) {
    for (int k = 1; k <= weights_.range(); ++k) {
      if (std::abs(weights_.overlap(kind, 0, k)) > kNothing) own_used_[static_cast<int>(kind)] = k;
    }
  }
  for (int i = 0; i < kLwsLanes; ++i) {
    LwsLane& lane = work_[0].updates[i].lane;
    for (int g = 0; g < kLwsGroups; ++g) lane.first[g] = taps_.data() + (i * kLwsGroups + g) * most;
    lane.cosine = own_.data() + i * 2 * range;
    lane.sine = lane.cosine + range;
  }
}

std::int64_t LwsKernel::begin(Lattice& lattice, const LwsTask& task) {
  const float* peaks = lattice.peaks(task.frame);
  if (!(peaks[lattice.chunks()] > task.threshold)) return kIdleCost;
  auto& [lane, chunk_cost] = update(used_++);
  chunk_cost = bin_cost(task.kind) * loops_->chunk;
  lane.re = lattice.row(task.frame).re;
  lane.im = lattice.row(task.frame).im;
  lane.magnitudes = lattice.magnitudes(task.frame);
  lane.peaks = peaks;
  lane.threshold = task.threshold;
  lane.chunk = 0;
  std::copy(lane.first, lane.first + kLwsGroups, lane.last);
  for (int r = 1; r <= reach(); ++r) {
    const float* left = lattice.row(task.frame - r).re;
    const float* right = task.frame + r <= task.newest ? lattice.row(task.frame + r).re : nullptr;
    // The same bin, where both sides have equal weights.
    const auto weight = static_cast<float>(weights_.overlap(task.kind, r, 0).real());
    *lane.last[sum]++ = {left, right ? right : left, right ? weight : weight / 2};
    add_taps(lattice, task, lane, -r, left);
    if (right) add_taps(lattice, task, lane, r, right);
  }
  const std::uint32_t position = lattice.rotation().position(task.frame);
  lane.own = own_used_[static_cast<int>(task.kind)];
  for (int k = 1; k <= lane.own; ++k) {
    const auto weight = times(std::conj(weights_.overlap(task.kind, 0, k)),
                              lattice.rotation().factor(position, static_cast<std::uint32_t>(k)));
    lane.cosine[k - 1] = static_cast<float>(weight.real());
    lane.sine[k - 1] = static_cast<float>(weight.imag());
  }
  return begin_cost();
}

// In rotated frames, the weight of T(m + r, n + k) in T(m, n) is the overlap at that distance (conjugated on the left
// for k > 0) times the rotation by k bins; the weight of T(m + r, n − k) is its conjugate.
void LwsKernel::add_taps(const Lattice& lattice, const LwsTask& task, LwsLane& lane, int distance, const float* row) {
  const std::uint32_t position = lattice.rotation().position(task.frame);
  const bool quarters = weights_.reach() > 1 && weights_.twice_centre() != 0;
  for (int k = 1; k <= weights_.range(); ++k) {
    const auto overlap = weights_.overlap(task.kind, std::abs(distance), k);
    auto weight = times(distance > 0 ? overlap : std::conj(overlap),
                        lattice.rotation().factor(position, static_cast<std::uint32_t>(k)));
    const bool turned = quarters && (distance & k & 1) != 0;
    if (turned) weight = times(weight, {std::numbers::sqrt2 / 2, -std::numbers::sqrt2 / 2});
    const auto add = [&](LwsGroup group, double part) {
      if (std::abs(part) > kNothing) *lane.last[group]++ = {row + k, row - k, static_cast<float>(part)};
    };
    add(turned ? turned_sum : sum, weight.real());
    add(turned ? turned_difference : difference, weight.imag());
  }
}

std::int64_t LwsKernel::step(const Lattice& lattice) {
  LwsTick& tick = work_[0].tick;
  tick.count = 0;
  tick.nyquist = lattice.bins() - 1;
  tick.range = weights_.range();
  tick.reflection = lattice.rotation().reflection();
  tick.imaginary = lattice.imaginary();
  const int chunks = lattice.chunks();
  // An update reads up to `range` bins past its chunk: there the previous update must be done, and the next one must
  // not have begun.
  const int lag = 2 + (weights_.range() - 1) / loops_->chunk;
  std::int64_t cost = kIdleCost;
  int ahead = chunks + lag;
  for (int i = 0; i < used_; ++i) {
    auto& [lane, chunk_cost] = update(i);
    const int end = std::min(chunks, ahead - lag + 1);
    while (lane.chunk < end && !(lane.peaks[lane.chunk] > lane.threshold)) ++lane.chunk;
    ahead = lane.chunk == chunks ? chunks + lag : lane.chunk;
    if (lane.chunk >= end) continue;
    tick.lanes[tick.count++] = &lane;
    cost += chunk_cost;
  }
  loops_->run(tick);
  for (int c = 0; c < tick.count; ++c) ++tick.lanes[c]->chunk;
  for (; used_ > 0 && update(0).lane.chunk == chunks; --used_) oldest_ = (oldest_ + 1) % kLwsLanes;
  return cost;
}

std::int64_t LwsKernel::bin_cost(LwsKind kind) const {
  const bool full = kind == LwsKind::full;
  const int frames = full ? 2 * reach() : reach(), parts = full && weights_.twice_centre() != 0 ? 1 : 2;
  constexpr std::int64_t normalisation = 24;
  return std::int64_t{2} * parts * frames * (weights_.range() + 1) + 4 * own_used_[static_cast<int>(kind)] +
         normalisation;
}

std::int64_t LwsKernel::begin_cost() const { return std::int64_t{256} * reach() * (weights_.range() + 1); }

std::int64_t LwsKernel::cost(LwsKind kind, int bins) const {
  return begin_cost() + bin_cost(kind) * loops_->chunk * ((bins + loops_->chunk - 1) / loops_->chunk);
}

}  // namespace lodestone
