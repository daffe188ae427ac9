/// Counts heap allocations, replacing the allocator's own entry points.

#include <emscripten/emmalloc.h>

#include <cstddef>

namespace {
unsigned count = 0;
}

extern "C" {

/// Number of allocations so far.
double lodestone_allocations() { return count; }

void* malloc(std::size_t size) {
  ++count;
  return emmalloc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  ++count;
  return emmalloc_calloc(number, size);
}
void* realloc(void* block, std::size_t size) {
  ++count;
  return emmalloc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++count;
  return emmalloc_memalign(alignment, size);
}

}  // extern "C"
