#pragma once

#include "lodestone/phase.hpp"

namespace lodestone {

/// invalid_data if magnitudes `[frames, bins]` cannot be reconstructed: no frames, the wrong number of bins, or values
/// that are negative, not finite or above 1e15.
Status check_magnitudes(const Magnitudes& magnitudes);

/// invalid_data if a start has another shape or is not finite.
Status check_start(const Spectrum& start, const Magnitudes& magnitudes);

/// invalid_data if a frame with that many bins does not match the configuration.
Status check_bins(const StftConfig& stft, std::size_t bins);

}  // namespace lodestone
