#pragma once

#include <string_view>

#include "suite.hpp"

namespace lodestone::bench {

/// Runs every workload whose name contains `only` for about `seconds` and prints a line for each. False if a checksum
/// was wrong.
bool print_table(Suite& suite, const Sounds& sounds, std::string_view only, double seconds);

}  // namespace lodestone::bench
