#pragma once

#include "cli/host.hpp"

namespace lodestone::cli {

/// POSIX files and terminal, libsndfile, libsamplerate, libpng. Ctrl-C requests a stop; the second one exits at once.
class NativeHost final : public Host {
 public:
  NativeHost();

  Result<Bytes> read(std::string_view path) override;
  Status write(std::string_view path, ByteView bytes) override;
  Status write_picture(std::string_view path, const Picture& picture) override;
  Status check_writable(std::string_view path) override;
  bool same_file(std::string_view a, std::string_view b) override;
  Result<Sound> decode(std::string_view path, double rate) override;
  void print(Stream stream, std::string_view text) override;
  void progress(std::string_view line) override;
  int columns() override;
  bool cancelled() override;
  double clock() override;
  double memory() override;
  int cores() override;
  void run_together(int count, const std::function<void(int)>& work) override;
};

}  // namespace lodestone::cli
