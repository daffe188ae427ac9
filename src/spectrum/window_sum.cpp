#include "spectrum/window_sum.hpp"

#include <algorithm>
#include <numeric>

#include "spectrum/analysis_window.hpp"
#include "spectrum/framing.hpp"

namespace lodestone {

Result<WindowSum> WindowSum::create(const StftConfig& config) {
  const Layout layout(config);
  const auto overlap = (layout.window - 1) / layout.hop + 1;
  const auto window = analysis_window(config);
  if (!window) return window.error();
  auto squares = Buffer<double>::create(overlap * layout.hop);
  if (!squares) return squares.error();
  std::transform(window->begin(), window->end(), squares->begin(), [](double value) { return value * value; });

  // Running sums over a frame and all earlier ones, and over a frame and all later ones.
  auto head = squares->clone(), tail = squares->clone();
  if (!head) return head.error();
  if (!tail) return tail.error();
  const auto hop = static_cast<std::size_t>(layout.hop), length = squares->size();
  for (std::size_t i = hop; i < length; ++i) (*head)[i] += (*head)[i - hop];
  for (std::size_t i = length - hop; i-- > 0;) (*tail)[i] += (*tail)[i + hop];

  WindowSum sum;
  sum.hop_ = config.hop;
  sum.overlap_ = static_cast<int>(overlap);
  sum.min_ = *std::min_element(head->end() - hop, head->end());
  sum.max_ = *std::max_element(head->end() - hop, head->end());
  const auto first = std::clamp<std::int64_t>(layout.lead, 0, layout.window - 1);
  const auto last = std::min(layout.last_run(), layout.window);
  const double weakest = std::min({sum.min_, *std::min_element(head->begin() + first, head->begin() + layout.window),
                                   *std::min_element(tail->begin(), tail->begin() + last)});
  const double mean = std::accumulate(squares->begin(), squares->end(), 0.0) / config.size;
  sum.tolerates_float_ = weakest >= 0.6 * mean;
  sum.squares_ = std::move(*squares);
  return sum;
}

void WindowSum::reciprocals(int newest, int oldest, std::span<double> block) const {
  std::fill(block.begin(), block.end(), 0.0);
  for (int j = newest; j <= oldest; ++j) {
    const double* square = squares_.data() + std::size_t(j) * hop_;
    for (int i = 0; i < hop_; ++i) block[i] += square[i];
  }
  for (double& value : block) value = 1 / std::max(value, kFloor * max_);
}

}  // namespace lodestone
