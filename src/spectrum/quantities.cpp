#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "errors/message.hpp"
#include "lodestone/stft.hpp"
#include "spectrum/clean.hpp"

namespace lodestone {
namespace {

template <class T, class Function>
Result<Magnitudes> map(const Frames<T>& frames, Function function) {
  auto values = Array2<float>::create(frames.values.rows(), frames.values.cols());
  if (!values) return values.error();
  const auto from = frames.values.all();
  std::transform(from.begin(), from.end(), values->data(), function);
  return Magnitudes{frames.stft, std::move(*values), frames.samples};
}

}  // namespace

Result<Magnitudes> magnitudes(const Spectrum& spectrum) { return map(spectrum, magnitude); }

Result<Magnitudes> power(const Spectrum& spectrum) {
  return map(spectrum, [](std::complex<float> bin) {
    const double re = bin.real(), im = bin.imag();
    const double square = re * re + im * im;
    return small_to_zero(static_cast<float>(std::min<double>(square, std::numeric_limits<float>::max())));
  });
}

Result<Magnitudes> phase(const Spectrum& spectrum) {
  return map(spectrum, [](std::complex<float> bin) {
    return bin == std::complex<float>() ? 0.0f : std::atan2(bin.imag(), bin.real());
  });
}

Result<Magnitudes> decibels(const Magnitudes& magnitudes, float reference, float floor_db) {
  if (!(reference > 0) || !is_usable(reference)) {
    return refused("reference is not a positive number; allowed: above 0, up to 1e30");
  }
  if (!is_usable(floor_db)) {
    return refused("floor_db is not a finite number; allowed: any number of dB");
  }
  return map(magnitudes, [=](float m) {
    const double ratio = double{m} / double{reference};
    return ratio > 0 ? std::max(static_cast<float>(20 * std::log10(ratio)), floor_db) : floor_db;
  });
}

}  // namespace lodestone
