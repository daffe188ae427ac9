#pragma once

#include <cstdint>

/// How many blocks this thread has taken from the heap since it started: malloc, calloc, realloc, aligned_alloc and
/// new. Real-time code must leave it as it was.
std::uint64_t allocations();
