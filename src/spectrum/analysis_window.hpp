#pragma once

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The window `[window length]` that frames are multiplied by, in both directions. `config` must be valid.
Result<Buffer<double>> analysis_window(const StftConfig& config);

}  // namespace lodestone
