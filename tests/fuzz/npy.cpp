#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return lodestone::fuzz_round_trip(data, size, lodestone::read_npy, lodestone::write_npy);
}
