#pragma once

#include <cstdint>

/// Number of heap allocations by this thread so far: malloc, calloc, realloc, aligned_alloc and new. Real-time code
/// must not change it.
std::uint64_t allocations();
