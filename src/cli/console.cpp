#include "cli/console.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr double bar_interval = 0.1;  // seconds

std::string bar(double share, int width) {
  const int filled = static_cast<int>(std::floor(share * width));
  std::string text = "[";
  for (int i = 0; i < width; ++i) text += i < filled ? '=' : i == filled ? '>' : ' ';
  return text + "]";
}

}  // namespace

Error in_file(std::string_view path, const Error& error) {
  if (error.message.find(path) != std::string::npos) return error;
  return {error.code, std::string(path) + ": " + error.message};
}

Console::Console(Host& host, std::span<const std::string_view> words)
    : host(host), json_(std::find(words.begin(), words.end(), "--json") != words.end()) {}

int Console::print(std::string_view text) {
  host.print(Host::Stream::out, text);
  return exit_ok;
}

void Console::result(const Report& report) { host.print(Host::Stream::out, json_ ? report.json() : report.text()); }

void Console::note(std::string_view line) { host.print(Host::Stream::err, std::string(line) + '\n'); }

void Console::warn(std::string_view line) { note("lodestone: warning: " + std::string(line)); }

int Console::fail(const Error& error) {
  note("lodestone: " + error.message);
  const int code = error.code == ErrorCode::cancelled ? exit_cancelled : exit_bad;
  if (json_) {
    Report report;
    report.add("error", error.message);
    report.add("exit code", code);
    result(report);
  }
  return code;
}

Progress::Progress(Host& host, std::string_view label, double line_interval)
    : host_(host),
      label_(label),
      start_(host.clock()),
      last_(start_),
      interval_(host.columns() > 0 ? bar_interval : line_interval) {}

void Progress::update(double share, std::string_view detail) {
  share = std::clamp(share, 0.0, 1.0);
  const int columns = host_.columns();
  const double now = host_.clock();
  if (now - last_ < interval_) return;
  last_ = now;
  const std::string percent = number_text(std::floor(100 * share), 3) + " %";
  std::string end = percent;
  if (!detail.empty()) end += "  " + std::string(detail);
  if (const std::string left = left_text(share); !left.empty()) end += "  " + left;
  if (columns == 0) {
    host_.print(Host::Stream::err, label_ + "  " + end + '\n');
    return;
  }
  const int room = columns - 1 - static_cast<int>(label_.size() + end.size() + 6);
  std::string line = label_ + "  ";
  if (room >= 8) line += bar(share, std::min(room, 40)) + "  ";
  line += end;
  host_.progress(line.substr(0, static_cast<std::size_t>(columns - 1)));
  shown_ = true;
}

void Progress::clear() {
  if (shown_) host_.progress({});
  shown_ = false;
}

std::string Progress::left_text(double share) const {
  const double seconds = elapsed();
  if (seconds < 1 || share <= 0 || share >= 1) return {};
  return duration_text(seconds * (1 - share) / share) + " left";
}

}  // namespace lodestone::cli
