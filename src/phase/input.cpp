#include "phase/input.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "message.hpp"
#include "phase/lattice.hpp"

namespace lodestone {
namespace {

Error bad_data(std::string message) { return {ErrorCode::invalid_data, std::move(message)}; }

std::string place(std::size_t index, std::size_t bins) {
  return "frame " + std::to_string(index / bins) + ", bin " + std::to_string(index % bins);
}

}  // namespace

Status check_magnitudes(const Magnitudes& magnitudes) {
  if (auto error = magnitudes.stft.check()) return error;
  if (auto error = magnitudes.stft.check_invertible()) return error;
  const auto bins = static_cast<std::size_t>(magnitudes.stft.bins());
  if (magnitudes.count() == 0) return bad_data("there are no magnitude frames; at least 1 is needed");
  if (magnitudes.values.cols() != bins) {
    return bad_data("the magnitudes have " + std::to_string(magnitudes.values.cols()) + " bins; size " +
                    std::to_string(magnitudes.stft.size) + " needs " + std::to_string(bins));
  }
  const auto values = magnitudes.values.all();
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](float a) { return a >= 0 && a <= kLargestMagnitude; });
  if (bad == values.end()) return {};
  return bad_data("the magnitude at " + place(static_cast<std::size_t>(bad - values.begin()), bins) + " is " +
                  number_text(static_cast<double>(*bad)) + "; allowed: 0 to 1e15");
}

Status check_start(const Spectrum& start, const Magnitudes& magnitudes) {
  if (start.values.rows() != magnitudes.values.rows() || start.values.cols() != magnitudes.values.cols()) {
    return bad_data("the start has " + std::to_string(start.values.rows()) + " frames of " +
                    std::to_string(start.values.cols()) + " bins; the magnitudes have " +
                    std::to_string(magnitudes.values.rows()) + " of " + std::to_string(magnitudes.values.cols()));
  }
  const auto values = start.values.all();
  const auto bad = std::find_if_not(values.begin(), values.end(),
                                    [](auto s) { return std::isfinite(s.real()) && std::isfinite(s.imag()); });
  if (bad == values.end()) return {};
  return bad_data("the start is not finite at " +
                  place(static_cast<std::size_t>(bad - values.begin()), start.values.cols()));
}

}  // namespace lodestone
