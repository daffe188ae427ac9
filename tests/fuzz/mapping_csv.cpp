#include <string_view>

#include "fuzz.hpp"
#include "lodestone/mapping_file.hpp"

/// Examples that are read are written, and these read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lodestone;
  const auto examples = read_examples_csv({reinterpret_cast<const char*>(data), size}, {{"pitch"}, "kind"});
  if (!examples) {
    require(!examples.error().message.empty());
    return 0;
  }
  const std::string once = write_examples_csv(*examples);
  const auto again = read_examples_csv(once, {{"pitch"}, examples->labels().empty() ? "" : "label"});
  require(again && write_examples_csv(*again) == once);
  return 0;
}
