#include "allocations.hpp"

#include <cstddef>

#include "sanitized.hpp"

namespace {
thread_local std::uint64_t count = 0;
}

std::uint64_t allocations() { return count; }

#if defined(__SANITIZE_ADDRESS__)
// AddressSanitizer owns malloc and offers hooks instead.
#include <sanitizer/allocator_interface.h>

namespace {
const int installed = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) { ++count; },
                                                                [](const volatile void*) {});
}
#else
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(size_t number, size_t size) {
  ++count;
  return __libc_calloc(number, size);
}
void* realloc(void* block, size_t size) {
  ++count;
  return __libc_realloc(block, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
}
#endif
