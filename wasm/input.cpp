/// Bytes from the host that a function takes over.

#include <algorithm>

#include "abi.hpp"

using namespace lodestone;
using namespace lodestone::abi;

namespace {

Buffer<std::byte> input;

}  // namespace

Buffer<std::byte> abi::take_input() { return std::move(input); }

extern "C" {

/// Memory for the bytes of a model or a mapping, which the next function that reads them takes over; null on failure.
std::byte* lodestone_input(std::size_t bytes) {
  auto block = Buffer<std::byte>::create(std::max<std::size_t>(bytes, 1));
  if (!block) return fail(block.error()), nullptr;
  return (input = std::move(*block)).data();
}

}  // extern "C"
