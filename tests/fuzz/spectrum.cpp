#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lodestone::fuzz_round_trip(data, size, lodestone::read_spectrum, lodestone::write_spectrum);
  return lodestone::fuzz_round_trip(data, size, lodestone::read_magnitudes, lodestone::write_magnitudes);
}
