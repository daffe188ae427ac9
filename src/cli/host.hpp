#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "lodestone/formats.hpp"
#include "lodestone/result.hpp"

namespace lodestone::cli {

/// An image of `height` rows of `width` pixels, each red, green, blue.
struct Picture {
  int width = 0;
  int height = 0;
  Buffer<std::uint8_t> rgb;
};

class Host;

/// A WAV file at its own rate; another `rate` is refused.
Result<Sound> decode_wav(Host& host, std::string_view path, double rate);

/// Everything that the program asks of the machine. Natively it is the operating system, in WebAssembly JavaScript.
/// Paths and texts are UTF-8. All calls come from the one thread that runs `run`, and return when they are done.
///
/// Nothing is defined out of line, so that hosts may be compiled with RTTI and the commands without.
class Host {
 public:
  enum class Stream { out = 1, err = 2 };

  virtual ~Host() = default;

  /// The whole file; the message says what is wrong with it.
  virtual Result<Bytes> read(std::string_view path) = 0;
  /// Whole or not at all: into a temporary file beside it, which then takes its name.
  virtual Status write(std::string_view path, ByteView bytes) = 0;
  /// As a PNG file, whole or not at all.
  virtual Status write_picture(std::string_view path, const Picture& picture) = 0;
  /// Whether `write` could work, without touching `path`: asked before long work, so that it is not lost at its end.
  virtual Status check_writable(std::string_view path) = 0;
  /// Whether both name one existing file.
  virtual bool same_file(std::string_view a, std::string_view b) = 0;

  /// An audio file as mono samples, resampled to `rate` in Hz where that is not 0 and differs.
  virtual Result<Sound> decode(std::string_view path, double rate) { return decode_wav(*this, path, rate); }

  virtual void print(Stream stream, std::string_view text) = 0;
  /// Replaces the line at the bottom of the terminal; an empty text removes it. Called only where `columns` is above 0.
  virtual void progress(std::string_view line) = 0;
  /// Characters in a line of the terminal that shows progress (stderr); 0 where that is no terminal.
  virtual int columns() = 0;

  /// Whether the user has asked to stop (Ctrl-C).
  virtual bool cancelled() = 0;
  /// Seconds since some moment, never running backwards.
  virtual double clock() = 0;
  /// Bytes of memory that the program can hope for; 0 where unknown.
  virtual double memory() = 0;

  /// Threads that the machine can run at once.
  virtual int cores() { return 1; }
  /// Calls work(0) .. work(count − 1), work(0) from this thread, the others at the same time where the host has
  /// threads. Returns when all are done.
  virtual void run_together(int count, const std::function<void(int)>& work) {
    for (int i = 0; i < count; ++i) work(i);
  }
};

/// The whole program: `arguments` without its own name. Returns the exit code: see `ExitCode`. Each program that is
/// linked with a host defines it: src/cli/program/run.cpp for `lodestone`.
int run(std::span<const std::string_view> arguments, Host& host);

/// What the program's end means to a shell.
enum ExitCode : int {
  exit_ok = 0,
  exit_bad = 2,  ///< wrong usage, an input that cannot be used, an output that cannot be written, too little memory
  exit_cancelled = 130  ///< the user asked to stop
};

}  // namespace lodestone::cli
