#include "lodestone/live_model.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return lodestone::fuzz_round_trip(data, size, lodestone::LiveModel::read, [](const lodestone::LiveModel& model) {
    auto bytes = lodestone::Bytes::create(model.bytes().size());
    if (bytes) std::memcpy(bytes->data(), model.bytes().data(), bytes->size());
    return bytes;
  });
}
