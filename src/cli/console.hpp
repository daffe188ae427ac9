#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/host.hpp"
#include "cli/report.hpp"

namespace lodestone::cli {

/// Prefixes the error's message with the file's name, unless it already contains it.
Error in_file(std::string_view path, const Error& error);

/// A command's output: results on stdout, everything else on stderr.
class Console {
 public:
  /// Looks for --json on the command line, so that usage errors are JSON too.
  Console(Host& host, std::span<const std::string_view> words);

  /// Prints the command's result, as text or JSON.
  void result(const Report& report);
  /// Prints text that is never JSON, such as help, to stdout; returns exit_ok.
  int print(std::string_view text);
  /// Prints a line of information while the user waits.
  void note(std::string_view line);
  void warn(std::string_view line);
  /// Prints the error; returns the exit code.
  int fail(const Error& error);

  Host& host;

 private:
  bool json_;
};

/// The progress of long work: a bar on a terminal; elsewhere an occasional plain line.
class Progress {
 public:
  /// Without a terminal, prints a line every `line_interval` seconds.
  Progress(Host& host, std::string_view label, double line_interval = 5);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `share` from 0 to 1; `detail` follows the bar. Cheap enough to call often.
  void update(double share, std::string_view detail = {});
  /// Removes the bar.
  void clear();
  double elapsed() const { return host_.clock() - start_; }

 private:
  std::string left_text(double share) const;

  Host& host_;
  std::string label_;
  double start_;
  double last_;
  double interval_;
  bool shown_ = false;
};

}  // namespace lodestone::cli
