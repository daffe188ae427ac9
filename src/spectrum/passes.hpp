#pragma once

#include <complex>
#include <span>

namespace lodestone {

/// The functions of clean.hpp (named in the comments) for a whole frame, four values at a time. `to` has the length of
/// `from`.

bool all_usable(std::span<const float> values);

/// usable_or_zero
void clean(std::span<const float> from, float* to);

/// to = values·factors
void multiply(std::span<const float> values, const float* factors, float* to);

/// small_to_zero
void drop_small(std::span<const float> from, float* to);

/// The products after small_to_zero, rounded.
void multiply_and_round(std::span<const double> from, const double* factors, float* to);

/// magnitude
void take_magnitudes(std::span<const std::complex<float>> from, float* to);

/// sums += values·factors
void add_products(std::span<const float> values, const float* factors, double* sums);

}  // namespace lodestone
