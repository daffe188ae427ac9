#pragma once

#include <initializer_list>
#include <span>

#include "lodestone/result.hpp"

namespace lodestone {

/// Malformed if a value is not finite or beyond ±1e30, which no model contains.
Status check_finite(std::initializer_list<std::span<const float>> lists, std::span<const double> doubles = {});

}  // namespace lodestone
