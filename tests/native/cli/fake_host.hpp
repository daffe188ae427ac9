#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "cli/host.hpp"

/// A machine in memory: files by name, what was printed, and a user who presses Ctrl-C at a given moment.
class FakeHost final : public lodestone::cli::Host {
 public:
  std::map<std::string, std::vector<std::byte>> files;
  std::map<std::string, lodestone::cli::Picture> pictures;
  std::string out, err;
  std::vector<std::string> progress_lines;
  std::string refuse_writing;  ///< this path cannot be written
  int cancel_after = -1;       ///< the poll from which on `cancelled` is true; 0: the first; −1: never
  int terminal_columns = 0;
  double memory_bytes = 8e9;

  int run(const std::vector<std::string>& words) {
    out.clear();
    err.clear();
    const std::vector<std::string_view> views(words.begin(), words.end());
    return lodestone::cli::run(views, *this);
  }

  void put(const std::string& path, const lodestone::Bytes& bytes) { files[path].assign(bytes.begin(), bytes.end()); }
  void put(const std::string& path, std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    files[path].assign(bytes, bytes + text.size());
  }
  lodestone::ByteView view(const std::string& path) const { return files.at(path); }

  lodestone::Result<lodestone::Bytes> read(std::string_view path) override {
    const auto found = files.find(std::string(path));
    if (found == files.end()) return failure("cannot read " + std::string(path) + ": no such file");
    auto bytes = lodestone::Bytes::create(found->second.size());
    if (bytes) std::copy(found->second.begin(), found->second.end(), bytes->data());
    return bytes;
  }
  lodestone::Status write(std::string_view path, lodestone::ByteView bytes) override {
    if (path == refuse_writing) return failure("cannot write " + std::string(path) + ": disk full");
    files[std::string(path)].assign(bytes.begin(), bytes.end());
    return {};
  }
  lodestone::Status write_picture(std::string_view path, const lodestone::cli::Picture& picture) override {
    auto& kept = pictures[std::string(path)];
    kept.width = picture.width;
    kept.height = picture.height;
    kept.rgb = picture.rgb.clone().value();
    return {};
  }
  lodestone::Status check_writable(std::string_view path) override {
    if (path.find("missing/") == 0)
      return failure("cannot write " + std::string(path) + ": there is no folder missing");
    return {};
  }
  bool same_file(std::string_view a, std::string_view b) override { return a == b && exists(a); }
  bool exists(std::string_view path) const { return files.count(std::string(path)) > 0; }
  void print(Stream stream, std::string_view text) override { (stream == Stream::out ? out : err) += text; }
  void progress(std::string_view line) override { progress_lines.emplace_back(line); }
  int columns() override { return terminal_columns; }
  bool cancelled() override {
    if (cancel_after > 0) --cancel_after;
    return cancel_after == 0;
  }
  double clock() override { return seconds_ += 0.05; }
  double memory() override { return memory_bytes; }

 private:
  static lodestone::Error failure(std::string message) {
    return {lodestone::ErrorCode::invalid_data, std::move(message)};
  }

  double seconds_ = 0;
};

/// A sine of that frequency with a few harmonics and a little beating, so that there is something to learn.
inline std::vector<float> tone(double seconds, double rate = 8000, double hertz = 440, float amplitude = 0.3f) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    samples[i] =
        amplitude * static_cast<float>(std::sin(2 * M_PI * hertz * t) * (1 + 0.3 * std::sin(2 * M_PI * 3 * t)));
  }
  return samples;
}

inline lodestone::Bytes wav(const std::vector<float>& samples, double rate = 8000) {
  return lodestone::write_wav(samples, rate, lodestone::WavEncoding::float32).value();
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
