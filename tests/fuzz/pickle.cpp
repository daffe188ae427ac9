#include "formats/pickle.hpp"

#include "fuzz.hpp"

using namespace lodestone;

/// Whatever is read must be consistent: every index in a value must exist.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view globals[] = {"collections.OrderedDict", "torch._utils._rebuild_tensor_v2",
                                          "torch.FloatStorage"};
  const auto pickle = read_pickle(ByteView(reinterpret_cast<const std::byte*>(data), size), globals);
  if (!pickle) {
    require(pickle.error().code == ErrorCode::invalid_data && !pickle.error().message.empty());
    return 0;
  }
  const std::size_t count = pickle->values.size();
  require(count <= size);
  for (const PickleValue& value : pickle->values) {
    if (value.kind == PickleKind::tuple) require(value.first + std::size_t{value.count} <= pickle->elements.size());
    if (value.kind == PickleKind::global || value.kind == PickleKind::object) require(value.first < std::size(globals));
    if (value.kind == PickleKind::object) require(value.count < count);
    if (value.kind == PickleKind::persistent) require(value.first < count);
    if (value.kind == PickleKind::text) require(value.count <= size);
  }
  for (const std::uint32_t element : pickle->elements) require(element < count);
  for (const auto& [dict, key, value] : pickle->items) require(dict < count && key < count && value < count);
  return 0;
}
