/// The command line with JavaScript as its host; js/cli/host.js is the other side.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/host.hpp"

#define FROM_HOST(name) __attribute__((import_module("host"), import_name(name)))

// Texts are UTF-8: pointer and length. Functions that can fail return -1, and `host_error` then gives the reason.
extern "C" {

/// Reads the whole file and keeps it; returns its size.
FROM_HOST("read") double host_read(const char* path, std::size_t length);
/// Copies the kept file and releases it.
FROM_HOST("take") void host_take(void* destination);
FROM_HOST("write") int host_write(const char* path, std::size_t length, const void* bytes, std::size_t size);
FROM_HOST("picture") int host_picture(const char* path, std::size_t length, const void* rgb, int width, int height);
FROM_HOST("checkWritable") int host_check_writable(const char* path, std::size_t length);
FROM_HOST("sameFile") int host_same_file(const char* a, std::size_t a_length, const char* b, std::size_t b_length);
/// Copies the message of the last failure, truncated to `capacity`; returns its length.
FROM_HOST("error") std::size_t host_error(char* text, std::size_t capacity);
FROM_HOST("print") void host_print(int stream, const char* text, std::size_t length);
FROM_HOST("progress") void host_progress(const char* line, std::size_t length);
FROM_HOST("columns") int host_columns();
FROM_HOST("cancelled") int host_cancelled();
FROM_HOST("clock") double host_clock();
FROM_HOST("memory") double host_memory();

}  // extern "C"

namespace lodestone::cli {
namespace {

Error last_error() {
  char text[1024];
  return {ErrorCode::invalid_data, std::string(text, host_error(text, sizeof text))};
}

Status status_of(int outcome) {
  if (outcome < 0) return last_error();
  return {};
}

class WasmHost final : public Host {
 public:
  Result<Bytes> read(std::string_view path) override {
    const double size = host_read(path.data(), path.size());
    if (size < 0) return last_error();
    auto bytes = Bytes::create(static_cast<std::uint64_t>(size));
    if (bytes) host_take(bytes->data());
    return bytes;
  }

  Status write(std::string_view path, ByteView bytes) override {
    return status_of(host_write(path.data(), path.size(), bytes.data(), bytes.size()));
  }

  Status write_picture(std::string_view path, const Picture& picture) override {
    return status_of(host_picture(path.data(), path.size(), picture.rgb.data(), picture.width, picture.height));
  }

  Status check_writable(std::string_view path) override {
    return status_of(host_check_writable(path.data(), path.size()));
  }

  bool same_file(std::string_view a, std::string_view b) override {
    return host_same_file(a.data(), a.size(), b.data(), b.size()) == 1;
  }

  void print(Stream stream, std::string_view text) override {
    host_print(static_cast<int>(stream), text.data(), text.size());
  }

  void progress(std::string_view line) override { host_progress(line.data(), line.size()); }
  int columns() override { return host_columns(); }
  bool cancelled() override { return host_cancelled() == 1; }
  double clock() override { return host_clock(); }
  double memory() override { return host_memory(); }
};

}  // namespace
}  // namespace lodestone::cli

extern "C" {

void* lodestone_cli_alloc(std::size_t bytes) { return std::malloc(bytes); }

/// Runs the program with `count` zero-terminated arguments; returns its exit code.
int lodestone_cli_run(const char* arguments, int count) {
  std::vector<std::string_view> list;
  for (int i = 0; i < count; ++i, arguments += list.back().size() + 1) list.emplace_back(arguments);
  lodestone::cli::WasmHost host;
  return lodestone::cli::run(list, host);
}

}  // extern "C"
