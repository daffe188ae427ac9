/// WAV files.

#include <cstddef>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// The sample rate in Hz, or 0 on a failure. Output: mono samples.
double lodestone_wav_read(const std::byte* bytes, std::size_t count) {
  auto sound = read_wav({bytes, count});
  if (!sound) return fail(sound.error()), 0;
  give(std::move(sound->samples));
  return sound->sample_rate;
}

/// `encoding` 0: 16-bit integers, 1: 32-bit floats. Output: the bytes of the file.
int lodestone_wav_write(const float* samples, std::size_t count, double sample_rate, int encoding) {
  auto bytes = write_wav({samples, count}, sample_rate, encoding ? WavEncoding::float32 : WavEncoding::pcm16);
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

}  // extern "C"
