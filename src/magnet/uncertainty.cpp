#include "magnet/uncertainty.hpp"

#include <algorithm>
#include <cmath>

#include "magnet/normal.hpp"
#include "network/scrub.hpp"
#include "network/tensor.hpp"
#include "vector/lanes.hpp"

namespace lodestone {

namespace {

/// The standard deviation of the change of each bin's logarithm from one training frame to the next. Derived from the
/// mean absolute change, which is less sensitive to outliers than the deviation itself. Magnitudes count as at least
/// −80 dB.
void estimate_residuals(std::span<const float> frames, float loudest, std::span<float> residuals) {
  const std::size_t bins = residuals.size(), rows = frames.size() / bins;
  if (rows < 2) return;
  const double quietest = std::max(1e-4 * loudest, 1e-20);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    double sum = 0, before = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const double now = std::log(std::max<double>(frames[row * bins + bin], quietest));
      if (row > 0) sum += std::abs(now - before);
      before = now;
    }
    constexpr double deviation_of_mean_size = 1.2533141373155;  // √(π/2)
    residuals[bin] = static_cast<float>(deviation_of_mean_size * sum / static_cast<double>(rows - 1));
  }
}

}  // namespace

void find_residuals(const TensorView& known, std::span<const float> frames, std::size_t bins, float loudest,
                    std::span<float> residuals) {
  if (copy_floats(known, residuals)) {
    for (auto rest = residuals; !rest.empty(); rest = rest.subspan(bins)) {
      estimate_residuals(frames, loudest, rest.first(bins));
    }
  }
  scrub(residuals);
}

void shake(std::span<float> magnitudes, const float* residuals, float temperature, Random& random) {
  using V = Floats<4>;
  constexpr std::size_t unit = 64;  // bins at a time
  for (std::size_t done = 0; done < magnitudes.size(); done += unit) {
    const std::size_t count = std::min(unit, magnitudes.size() - done);
    float factors[unit] = {};
    for (std::size_t i = 0; i < count; ++i) factors[i] = temperature * residuals[done + i] * normal(random);
    for (std::size_t i = 0; i < unit; i += 4) store(factors + i, exponential(load<V>(factors + i)));
    for (std::size_t i = 0; i < count; ++i) magnitudes[done + i] *= factors[i];
  }
}

}  // namespace lodestone
