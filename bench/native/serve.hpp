#pragma once

#include <iosfwd>

#include "suite.hpp"

namespace lodestone::bench {

/// Answers requests, one JSON object a line, until the input ends: `{"do": "list" | "setup" | "run" | "release",
/// "workload": NAME, "runs": N}`; see bench/README.md.
void serve(Suite& suite, const Sounds& sounds, std::istream& requests, std::ostream& answers);

}  // namespace lodestone::bench
