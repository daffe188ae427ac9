/// Memory, the last failure and the last output.

#include <cstdint>
#include <cstdlib>

#include "abi.hpp"
#include "errors/message.hpp"

using namespace lodestone;
using namespace lodestone::abi;

namespace {

Error failure{ErrorCode::invalid_argument, ""};

/// The output of the last call: owned until the next one, or a view of memory that a handle owns.
struct Output {
  const void* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::unique_ptr<Owned> owned;
};

Output output;

}  // namespace

int abi::fail(Error error) {
  failure = std::move(error);
  return static_cast<int>(failure.code);
}

void abi::show(const void* data, std::size_t rows, std::size_t cols, std::unique_ptr<Owned> owned) {
  output = {data, rows, cols, std::move(owned)};
}

extern "C" {

/// Changes whenever a function changes its meaning or its arguments.
int lodestone_abi_version() { return 10; }

/// Uninitialised bytes on a 64-byte boundary, or null.
void* lodestone_alloc(double bytes) {
  void* block = nullptr;
  if (bytes < static_cast<double>(SIZE_MAX - 128)) {
    block = detail::take_bytes((static_cast<std::size_t>(bytes) / 64 + 1) * 64);
  }
  if (!block) fail(failed(ErrorCode::out_of_memory, "out of memory: {} bytes cannot be allocated", bytes));
  return block;
}

void lodestone_free(void* block) { std::free(block); }

/// ErrorCode and UTF-8 message of the last failure.
int lodestone_error() { return static_cast<int>(failure.code); }
const char* lodestone_message() { return failure.message.c_str(); }

/// The output of the last call, `[rows, cols]`, valid until the next call.
const void* lodestone_output() { return output.data; }
std::size_t lodestone_output_rows() { return output.rows; }
std::size_t lodestone_output_cols() { return output.cols; }
void lodestone_output_release() { output = {}; }

}  // extern "C"
