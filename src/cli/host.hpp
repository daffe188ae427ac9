#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "lodestone/formats.hpp"
#include "lodestone/result.hpp"

namespace lodestone::cli {

/// An RGB image of `height` rows of `width` pixels.
struct Picture {
  int width = 0;
  int height = 0;
  Buffer<std::uint8_t> rgb;
};

class Host;

/// Reads a WAV file at its own rate; fails if `rate` is different.
Result<Sound> decode_wav(Host& host, std::string_view path, double rate);

/// The program's interface to its platform: the operating system or, in WebAssembly, JavaScript. Paths and texts are
/// UTF-8. All calls are synchronous and come from the thread that runs `run`.
///
/// Nothing is defined out of line, so that hosts can be compiled with RTTI and the commands without.
class Host {
 public:
  enum class Stream { out = 1, err = 2 };

  virtual ~Host() = default;

  /// Reads the whole file.
  virtual Result<Bytes> read(std::string_view path) = 0;
  /// Writes atomically: to a temporary file next to it, which is then renamed.
  virtual Status write(std::string_view path, ByteView bytes) = 0;
  /// Writes a PNG file atomically.
  virtual Status write_picture(std::string_view path, const Picture& picture) = 0;
  /// Whether `write` would work, without touching `path`. Checked before long work, so that its result is not lost.
  virtual Status check_writable(std::string_view path) = 0;
  /// Whether both paths refer to the same existing file.
  virtual bool same_file(std::string_view a, std::string_view b) = 0;

  /// Reads an audio file as mono samples, resampled to `rate` (Hz) unless that is 0.
  virtual Result<Sound> decode(std::string_view path, double rate) { return decode_wav(*this, path, rate); }

  virtual void print(Stream stream, std::string_view text) = 0;
  /// Replaces the last line on the terminal; an empty text removes it. Only called if `columns` is above 0.
  virtual void progress(std::string_view line) = 0;
  /// Width of the terminal on stderr, in characters; 0 if stderr is not a terminal.
  virtual int columns() = 0;

  /// Whether the user has asked to stop (Ctrl-C).
  virtual bool cancelled() = 0;
  /// A monotonic clock, in seconds.
  virtual double clock() = 0;
  /// Available memory in bytes; 0 if unknown.
  virtual double memory() = 0;

  /// Number of threads that the machine can run at once.
  virtual int cores() { return 1; }
  /// Calls work(0) .. work(count − 1), work(0) on this thread and the others in parallel if the host has threads.
  /// Returns when all are done.
  virtual void run_together(int count, const std::function<void(int)>& work) {
    for (int i = 0; i < count; ++i) work(i);
  }
};

/// The whole program. `arguments` do not include its name. Returns an `ExitCode`. Each program that is linked with a
/// host defines it; `lodestone` does in src/cli/program/run.cpp.
int run(std::span<const std::string_view> arguments, Host& host);

/// The program's exit codes.
enum ExitCode : int {
  exit_ok = 0,
  exit_bad = 2,         ///< wrong usage, unusable input, an output that cannot be written, or not enough memory
  exit_cancelled = 130  ///< the user asked to stop
};

}  // namespace lodestone::cli
