/// Counts the blocks taken from the heap, in the place of the allocator's own entries.

#include <emscripten/emmalloc.h>

#include <cstddef>

namespace {
unsigned count = 0;
}

extern "C" {

/// How many blocks have been taken so far.
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
