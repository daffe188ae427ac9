#include "mapping/standardise.hpp"

#include <algorithm>
#include <cmath>

#include "errors/message.hpp"

namespace lodestone {

namespace {

constexpr double most = 8;
/// Deviations below this share of the largest value are rounding errors of floats.
constexpr double rounding = 1e-6;
constexpr double smallest_deviation = 1e-30;
/// How much mean and deviation may move, in deviations.
constexpr double near = 0.1;

}  // namespace

Standardisation::Standardisation(const Examples& examples) {
  const std::size_t inputs = examples.names().inputs.size();
  for (std::vector<double>* list : {&means_, &scales_, &lows_, &highs_}) list->assign(inputs, 0);
  std::vector<double> squares(inputs);
  double all = 0;
  const auto each_row = [&examples](auto use) {
    for (std::size_t t = 0; t < examples.takes(); ++t) {
      const Array2<float>& rows = examples.take(t).inputs;
      if (examples.weight(t) == 0) continue;
      for (std::size_t r = 0; r < rows.rows(); ++r) use(rows.row(r), static_cast<double>(examples.weight(t)));
    }
  };
  each_row([&](std::span<const float> row, double weight) {
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto value = static_cast<double>(row[i]);
      lows_[i] = all == 0 ? value : std::min(lows_[i], value);
      highs_[i] = all == 0 ? value : std::max(highs_[i], value);
      means_[i] += weight * value;
    }
    all += weight;
  });
  for (double& mean : means_) mean = all > 0 ? mean / all : 0;
  each_row([&](std::span<const float> row, double weight) {
    for (std::size_t i = 0; i < inputs; ++i) {
      const double deviation = static_cast<double>(row[i]) - means_[i];
      squares[i] += weight * deviation * deviation / all;
    }
  });
  for (std::size_t i = 0; i < inputs; ++i) {
    const double deviation = std::sqrt(squares[i]);
    const double least = std::max(smallest_deviation, rounding * std::max(std::abs(lows_[i]), std::abs(highs_[i])));
    scales_[i] = deviation > least ? 1 / deviation : 0;
  }
}

void Standardisation::archive(Archive& archive) {
  archive.doubles("means", means_);
  archive.doubles("scales", scales_);
  archive.doubles("lows", lows_);
  archive.doubles("highs", highs_);
}

Status Standardisation::check(std::size_t inputs) const {
  for (const std::vector<double>* list : {&means_, &scales_, &lows_, &highs_}) {
    if (list->size() != inputs)
      return malformed("the standardisation is of {} inputs; expected {}", list->size(), inputs);
    for (const double value : *list) {
      if (!(std::abs(value) <= 1e39)) return malformed("the standardisation contains a value beyond ±1e39: {}", value);
    }
  }
  return {};
}

bool Standardisation::is_near(const Standardisation& other) const {
  if (other.inputs() != inputs()) return false;
  for (std::size_t i = 0; i < inputs(); ++i) {
    if (scales_[i] == 0 || other.scales_[i] == 0) {
      if (scales_[i] != other.scales_[i]) return false;
      continue;
    }
    const bool mean = std::abs(means_[i] - other.means_[i]) * scales_[i] <= near;
    const bool deviation = std::abs(scales_[i] / other.scales_[i] - 1) <= near;
    if (!mean || !deviation) return false;
  }
  return true;
}

float Standardisation::apply(std::size_t input, float value) const {
  const double z = std::clamp((static_cast<double>(value) - means_[input]) * scales_[input], -most, most);
  return std::abs(z) < 1e-9 ? 0 : static_cast<float>(z);
}

float Standardisation::outside(std::size_t input, float value) const {
  const auto x = static_cast<double>(value);
  const double distance = std::max({lows_[input] - x, x - highs_[input], 0.0}) * scales_[input];
  return distance < 1e-9 ? 0 : static_cast<float>(std::min(distance * distance, 1e6));
}

}  // namespace lodestone
