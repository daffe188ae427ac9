#include "mapping/inverse_factor.hpp"

#include <cmath>
#include <cstring>

#include "mapping/sums.hpp"

namespace lodestone {

namespace {

/// The least pivot: rounding may leave less, or a negative one, of a matrix that is nearly singular.
constexpr double least_pivot = 1e-12;

}  // namespace

Status InverseFactor::reserve(std::size_t rows) {
  if (offset(rows) <= values_.size()) return {};
  auto values = Buffer<double>::create(offset(rows));
  if (!values) return values.error();
  if (size_ > 0) std::memcpy(values->data(), values_.data(), offset(size_) * sizeof(double));
  values_ = std::move(*values);
  return {};
}

void InverseFactor::append(double* entries, double diagonal) {
  const std::size_t n = size_++;
  double* const last = values_.data() + offset(n);
  for (std::size_t j = 0; j < padded(n + 1); ++j) last[j] = 0;
  for (std::size_t j = n; j < padded(n); ++j) entries[j] = 0;
  // The row of L is W·entries; that of W follows from it.
  double rest = diagonal;
  for (std::size_t j = 0; j < n; ++j) {
    const double l = dot(at(j), entries, padded(j + 1));
    rest -= l * l;
    add_scaled(-l, at(j), last, padded(j + 1));
  }
  const double scale = 1 / std::sqrt(rest > least_pivot * diagonal ? rest : least_pivot * diagonal);
  for (std::size_t j = 0; j < n; ++j) last[j] *= scale;
  last[n] = scale;
}

void InverseFactor::solve(double* b) const {
  std::vector<double> sum(padded(size_));
  for (std::size_t i = size_; i < padded(size_); ++i) b[i] = 0;
  for (std::size_t i = 0; i < size_; ++i) add_scaled(dot(at(i), b, padded(i + 1)), at(i), sum.data(), padded(i + 1));
  for (std::size_t i = 0; i < size_; ++i) b[i] = sum[i];
}

double InverseFactor::quadratic(const double* b) const {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double v = dot(at(i), b, padded(i + 1));
    sum += v * v;
  }
  return sum;
}

std::vector<double> InverseFactor::inverse_diagonal() const {
  std::vector<double> diagonal(size_);
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) diagonal[j] += at(i)[j] * at(i)[j];
  }
  return diagonal;
}

}  // namespace lodestone
