#pragma once

#include <cstdint>
#include <vector>

#include "lodestone/import.hpp"

namespace lodestone {

/// A model of that shape, still without weights. `sequence` is what the file says; 0 where it does
/// not. An error that the file is to blame for has the code invalid_data, one of `config` invalid_argument.
Result<Model> imported_model(const ImportConfig& config, std::uint64_t bins, const std::vector<std::uint64_t>& layers,
                             std::uint64_t sequence);

}  // namespace lodestone
