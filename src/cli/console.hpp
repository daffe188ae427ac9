#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/host.hpp"
#include "cli/report.hpp"

namespace lodestone::cli {

/// The error with the file's name in front, unless the message names it already.
Error in_file(std::string_view path, const Error& error);

/// What a command says: results on stdout, everything else on stderr.
class Console {
 public:
  /// Looks for --json among the words of the command line, so that usage errors are JSON too.
  Console(Host& host, std::span<const std::string_view> words);

  /// The result of the command, as text or JSON.
  void result(const Report& report);
  /// Text for stdout that is never JSON, such as help; returns exit_ok.
  int print(std::string_view text);
  /// A line that is worth reading while one waits.
  void note(std::string_view line);
  void warn(std::string_view line);
  /// Says why the command ends here; returns its exit code.
  int fail(const Error& error);

  Host& host;

 private:
  bool json_;
};

/// How far long work is: a bar on a terminal, elsewhere a plain line now and then.
class Progress {
 public:
  /// Elsewhere than on a terminal: a line every `line_interval` seconds.
  Progress(Host& host, std::string_view label, double line_interval = 5);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `share` from 0 to 1; `detail` stands behind the bar. Cheap when called often.
  void update(double share, std::string_view detail = {});
  /// Takes the bar away.
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
