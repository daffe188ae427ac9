#pragma once

#include <cstdint>
#include <vector>

#include "lodestone/import.hpp"

namespace lodestone {

/// A model of that shape, still without weights. `sequence` is the file's, or 0 if it has none. Errors in the file have
/// the code invalid_data, errors in `config` invalid_argument.
Result<Model> imported_model(const ImportConfig& config, std::uint64_t bins, const std::vector<std::uint64_t>& layers,
                             std::uint64_t sequence);

}  // namespace lodestone
