/// Reads WAV files.

#include <cstddef>
#include <utility>

#include "abi.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// Returns the sample rate in Hz, or 0 on failure. Output: mono samples.
double lodestone_wav_read(const std::byte* bytes, std::size_t count) {
  auto sound = read_wav({bytes, count});
  if (!sound) return fail(sound.error()), 0;
  give(std::move(sound->samples));
  return sound->sample_rate;
}

}  // extern "C"
