#include "fuzz.hpp"
#include "lodestone/mapping_file.hpp"

namespace {

/// Whatever the model, results lie in their ranges.
void run_it(const lodestone::MappingModel& model) {
  auto mapping = lodestone::Mapping::create(model.clone().value()).value();
  const std::vector<float> inputs(mapping.names().inputs.size(), 0.5f);
  for (int i = 0; i < 3; ++i) mapping.run(inputs);
  for (std::size_t o = 0; o < mapping.outputs().size(); ++o) {
    const auto& [name, low, high] = mapping.names().outputs[o];
    lodestone::require(mapping.outputs()[o] >= static_cast<float>(low) &&
                       mapping.outputs()[o] <= static_cast<float>(high));
    lodestone::require(mapping.confidences()[o] >= 0 && mapping.confidences()[o] <= 1);
  }
}

lodestone::Result<lodestone::Bytes> write_file(const lodestone::MappingFile& file) {
  return lodestone::write_mapping(file.examples, file.model ? &*file.model : nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = [](lodestone::ByteView bytes) { return lodestone::read_mapping(bytes); };
  if (const auto file = read({reinterpret_cast<const std::byte*>(data), size}); file && file->model)
    run_it(*file->model);
  return lodestone::fuzz_round_trip(data, size, read, write_file);
}
