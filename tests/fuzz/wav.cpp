#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return lodestone::fuzz_round_trip(data, size, lodestone::read_wav, [](const lodestone::Sound& sound) {
    return lodestone::write_wav(sound.samples, sound.sample_rate, lodestone::WavEncoding::float32);
  });
}
