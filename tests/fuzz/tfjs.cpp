#include "fuzz.hpp"
#include "lodestone/import.hpp"

/// A model.json, a zero and the bytes of its shards.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lodestone;
  const ByteView all(reinterpret_cast<const std::byte*>(data), size);
  std::size_t end = 0;
  while (end < size && data[end] != 0) ++end;
  const ByteView json = all.first(end), shards = all.subspan(end == size ? end : end + 1);
  const auto names = tfjs_shards(json);
  require(names || names.error().code == ErrorCode::invalid_data);
  require_model(read_tfjs(json, shards, {}));
  return 0;
}
