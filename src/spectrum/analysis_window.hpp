#pragma once

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The window that frames are multiplied with, in both directions: `[window length]`. `config` must have passed its
/// check.
Result<Buffer<double>> analysis_window(const StftConfig& config);

}  // namespace lodestone
