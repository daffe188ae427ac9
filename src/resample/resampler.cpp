#include "lodestone/resampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "lodestone/array.hpp"
#include "spectrum/clean.hpp"
#include "spectrum/passes.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using V = Floats<4>;

/// Filter phases per sample of the lower rate; linear interpolation between neighbours is then accurate to 94 dB.
constexpr double phases_of_lower = 256;
/// From Kaiser's formulas for a stop band of −85 dB and a transition of 0.1 of the lower Nyquist frequency.
constexpr double taps_of_lower = 108;
constexpr double shape = 8.4;
/// In cycles per sample of the lower rate: the middle of the transition from 0.9 to 1 of its Nyquist frequency.
constexpr double cutoff = 0.475;
/// Samples that can be pushed at once.
constexpr std::int64_t room = 1024;

/// The modified Bessel function I₀ by its power series.
double bessel(double x) {
  double term = 1, sum = 1;
  for (int n = 1; term > 1e-12 * sum; ++n) {
    term *= x * x / (4.0 * n * n);
    sum += term;
  }
  return sum;
}

/// The low-pass at a distance in samples of the lower rate; 0 beyond half its taps.
double low_pass(double distance) {
  const double x = distance / (taps_of_lower / 2);
  if (x * x >= 1) return 0;
  const double angle = 2 * std::numbers::pi * cutoff * distance;
  return (angle == 0 ? 1 : std::sin(angle) / angle) * bessel(shape * std::sqrt(1 - x * x));
}

Status check_rate(const char* field, double rate) {
  if (rate >= 8000 && rate <= 768000) return {};
  return out_of_range(field, rate, "8000 to 768000 Hz");
}

}  // namespace

/// Holds the samples under the filter for the next output, and those pushed since. They advance through the buffer and
/// are moved back when they reach its end.
struct Resampler::Engine {
  /// `scale`: samples of the lower rate per input sample.
  void fill_filters(double scale) {
    for (std::int64_t phase = 0; phase <= phases; ++phase) {
      const auto row = filters.row(static_cast<std::size_t>(phase));
      double distance = 1 - static_cast<double>(taps) / 2 - static_cast<double>(phase) / static_cast<double>(phases);
      double sum = 0;
      for (float& factor : row) {
        factor = static_cast<float>(low_pass(distance * scale));
        sum += factor;
        distance += 1;
      }
      // Unit gain at DC.
      for (float& factor : row) factor = static_cast<float>(factor / sum);
    }
  }

  void reset() {
    std::fill(samples.begin(), samples.end(), 0.0f);
    begin = fraction = 0;
    filled = taps - 1;
  }

  std::int64_t last_needed(std::size_t outputs) const {
    return begin + taps + (fraction + static_cast<std::int64_t>(outputs - 1) * from) / to;
  }

  std::size_t push(std::span<const float> input) {
    const auto space = static_cast<std::int64_t>(samples.size());
    if (filled + room > space && begin > 0) {
      std::copy(samples.begin() + begin, samples.begin() + filled, samples.begin());
      filled -= begin;
      begin = 0;
    }
    const auto count = std::min(input.size(), static_cast<std::size_t>(space - filled));
    clean(input.first(count), samples.begin() + filled);
    filled += static_cast<std::int64_t>(count);
    return count;
  }

  std::size_t pull(std::span<float> output) {
    std::size_t count = 0;
    for (; count < output.size() && begin + taps <= filled; ++count) {
      output[count] = next();
      fraction += from;
      begin += fraction / to;
      fraction %= to;
    }
    return count;
  }

  /// The output `fraction`/`to` of a sample after the newest one under the filter.
  float next() const {
    const std::int64_t place = fraction * phases;
    const float* held = samples.data() + begin;
    const float* row = filters.row(static_cast<std::size_t>(place / to)).data();
    const float* next_row = row + taps;
    V lower{}, upper{};
    for (std::int64_t i = 0; i < taps; i += 4) {
      const V four = load<V>(held + i);
      lower += four * load<V>(row + i);
      upper += four * load<V>(next_row + i);
    }
    lower += (upper - lower) * splat<V>(static_cast<float>(place % to) / static_cast<float>(to));
    return small_to_zero((lower[0] + lower[1]) + (lower[2] + lower[3]));
  }

  std::int64_t from = 0, to = 0;  ///< mHz
  std::int64_t taps = 0;          ///< a multiple of 4
  std::int64_t phases = 0;
  Array2<float> filters;  ///< `[phases + 1, taps]`
  Buffer<float> samples;
  std::int64_t begin = 0;     ///< of the samples under the filter for the next output
  std::int64_t filled = 0;    ///< end of the available samples
  std::int64_t fraction = 0;  ///< distance from the newest sample under the filter to the output, in 1/`to` samples
};

Result<Resampler> Resampler::create(double from, double to) {
  Status bad = check_rate("from", from);
  if (!bad) bad = check_rate("to", to);
  if (bad) return *bad;
  const double scale = std::min(1.0, to / from);
  auto engine = std::make_unique<Engine>();
  engine->from = std::llround(from * 1000);
  engine->to = std::llround(to * 1000);
  engine->taps = 4 * static_cast<std::int64_t>(std::ceil(taps_of_lower / 4 / scale));
  engine->phases = static_cast<std::int64_t>(phases_of_lower * scale) + 1;
  FirstError error;
  error.take(engine->filters, Array2<float>::create(engine->phases + 1, engine->taps));
  error.take(engine->samples, Buffer<float>::create(2 * engine->taps + 4 * room));
  if (error) return *error;
  engine->fill_filters(scale);
  engine->reset();
  return Resampler(std::move(engine));
}

Resampler::Resampler(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

void Resampler::reset() { engine_->reset(); }
std::size_t Resampler::push(std::span<const float> input) { return engine_->push(input); }
std::size_t Resampler::pull(std::span<float> output) { return engine_->pull(output); }

std::size_t Resampler::needed(std::size_t outputs) const {
  if (outputs == 0) return 0;
  return static_cast<std::size_t>(std::max<std::int64_t>(engine_->last_needed(outputs) - engine_->filled, 0));
}

double Resampler::delay() const {
  return static_cast<double>(engine_->taps) / 2 * static_cast<double>(engine_->to) / static_cast<double>(engine_->from);
}

}  // namespace lodestone
