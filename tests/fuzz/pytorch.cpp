#include "fuzz.hpp"
#include "lodestone/import.hpp"

/// Whatever is imported must be a valid model that survives a round trip with the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = lodestone::read_pytorch({reinterpret_cast<const std::byte*>(data), size}, {});
  lodestone::require_model(model);
  return 0;
}
