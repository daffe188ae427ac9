/// The C ABI of the benchmark module; bench/module.js drives it. Workloads are identified by number, 0 .. count − 1.

#include <cstdint>
#include <cstdlib>

#include "suite.hpp"

using namespace lodestone;
using namespace lodestone::bench;

namespace {

Suite& suite() {
  static Suite suite;
  return suite;
}

Sounds sounds;

}  // namespace

extern "C" {

void* bench_alloc(std::size_t bytes) { return std::malloc(bytes); }
void bench_free(void* block) { std::free(block); }

/// The bytes of the two files that workloads work on; 1 on success.
int bench_sounds(const std::byte* piano, std::size_t piano_bytes, const std::byte* signals, std::size_t signal_bytes) {
  auto read = Sounds::read({piano, piano_bytes}, {signals, signal_bytes});
  if (!read) return 0;
  sounds = std::move(*read);
  return 1;
}

std::size_t bench_count() { return suite().size(); }
const char* bench_name(std::size_t index) { return suite().workload(index).name.c_str(); }
const char* bench_unit(std::size_t index) { return suite().workload(index).unit.c_str(); }

/// Units of one run.
double bench_setup(std::size_t index) { return suite().setup(index, sounds); }
void bench_before(std::size_t index, int runs) { suite().before(index, runs); }
void bench_run(std::size_t index, int runs) { suite().run(index, runs); }
double bench_checksum(std::size_t index) { return suite().checksum(index); }
int bench_is_right(std::size_t index, double checksum) { return suite().workload(index).is_right(checksum); }
void bench_release(std::size_t index) { suite().release(index); }

}  // extern "C"
