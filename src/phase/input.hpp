#pragma once

#include "lodestone/phase.hpp"

namespace lodestone {

/// invalid_data where magnitudes `[frames, bins]` cannot be reconstructed: no frames, another number of bins than the
/// configuration's, values that are negative, not finite or above 1e15.
Status check_magnitudes(const Magnitudes& magnitudes);

/// invalid_data where a start has another shape or is not finite.
Status check_start(const Spectrum& start, const Magnitudes& magnitudes);

/// invalid_data where a frame of that many bins does not fit the configuration.
Status check_bins(const StftConfig& stft, std::size_t bins);

}  // namespace lodestone
