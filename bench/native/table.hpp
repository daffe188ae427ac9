#pragma once

#include <string_view>

#include "suite.hpp"

namespace lodestone::bench {

/// Runs every workload whose name contains `only` for about so many seconds and prints a line about each. False where a
/// checksum was wrong.
bool print_table(Suite& suite, const Sounds& sounds, std::string_view only, double seconds);

}  // namespace lodestone::bench
