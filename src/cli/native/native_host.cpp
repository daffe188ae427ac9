#include "cli/native/native_host.hpp"

#include <fcntl.h>
#include <png.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

Error file_error(std::string_view verb, std::string_view path, std::string_view reason) {
  return {ErrorCode::invalid_data,
          "cannot " + std::string(verb) + " " + std::string(path) + ": " + std::string(reason)};
}

Error system_error(std::string_view verb, std::string_view path) {
  return file_error(verb, path, std::strerror(errno));
}

/// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  bool close() {
    const bool closed = descriptor_ < 0 || ::close(descriptor_) == 0;
    descriptor_ = -1;
    return closed;
  }

  bool write_all(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }

 private:
  int descriptor_;
};

/// A pipe or device cannot be replaced by renaming, so it is written to directly.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Resolves symbolic links, so that a rename replaces the file and not the link.
std::string resolved(std::string_view path) {
  std::error_code ignored;
  const auto target = std::filesystem::weakly_canonical(std::filesystem::path(path), ignored);
  return ignored ? std::string(path) : target.string();
}

}  // namespace

NativeHost::NativeHost() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // If the reader of a pipe goes away, carry on, rather than lose a half-trained model.
  std::signal(SIGPIPE, SIG_IGN);
}

Result<Bytes> NativeHost::read(std::string_view path) {
  const std::string name(path);
  const File file(name, O_RDONLY);
  if (!file.is_open()) return system_error("read", path);
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) return system_error("read", path);
  if (!S_ISREG(status.st_mode))
    return file_error("read", path, S_ISDIR(status.st_mode) ? "it is a folder" : "it is not a file");
  auto bytes = Bytes::create(static_cast<std::uint64_t>(status.st_size));
  if (!bytes) return bytes.error();
  std::size_t done = 0;
  while (done < bytes->size()) {
    const ssize_t count = ::read(file.descriptor(), bytes->data() + done, bytes->size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read", path);
    if (count == 0) return file_error("read", path, "it shrank while it was being read");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

Status NativeHost::write(std::string_view path, ByteView bytes) {
  if (auto error = check_writable(path)) return error;
  const std::string target = resolved(path);
  if (is_special(target)) {
    File file(target, O_WRONLY);
    if (!file.is_open() || !file.write_all(bytes) || !file.close()) return system_error("write", path);
    return {};
  }
  // With the time, since a killed process may have had the same id: in a container it is always 1.
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::string temporary = target + "." + std::to_string(::getpid()) + "." + std::to_string(now) + ".tmp";
  File file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!file.is_open()) return system_error("write", path);
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) ::fchmod(file.descriptor(), status.st_mode & 07777);
  const bool written = file.write_all(bytes) && ::fsync(file.descriptor()) == 0 && file.close() &&
                       ::rename(temporary.c_str(), target.c_str()) == 0;
  if (written) return {};
  const Error error = system_error("write", path);
  ::unlink(temporary.c_str());
  return error;
}

Status NativeHost::write_picture(std::string_view path, const Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  auto bytes = Bytes::create(size);
  if (!bytes) return bytes.error();
  if (!png_image_write_to_memory(&image, bytes->data(), &size, 0, picture.rgb.data(), 0, nullptr)) {
    return file_error("write", path, image.message);
  }
  return write(path, {bytes->data(), size});
}

Status NativeHost::check_writable(std::string_view path) {
  const std::string name = resolved(path);
  std::string folder(folder_of(name));
  if (folder.empty()) folder = ".";
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    return file_error("write", path, "there is no folder " + folder);
  }
  if (::stat(name.c_str(), &status) != 0) {
    if (::access(folder.c_str(), W_OK) != 0) return file_error("write", path, std::strerror(errno));
    return {};
  }
  if (S_ISDIR(status.st_mode)) return file_error("write", path, "it is a folder");
  if (::access(name.c_str(), W_OK) != 0) return system_error("write", path);
  if (S_ISREG(status.st_mode) && ::access(folder.c_str(), W_OK) != 0) return system_error("write", path);
  return {};
}

bool NativeHost::same_file(std::string_view a, std::string_view b) {
  std::error_code error;
  return std::filesystem::equivalent(std::filesystem::path(a), std::filesystem::path(b), error);
}

void NativeHost::print(Stream stream, std::string_view text) {
  std::FILE* const file = stream == Stream::out ? stdout : stderr;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

void NativeHost::progress(std::string_view line) {
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(line.size()), line.data());
  std::fflush(stderr);
}

int NativeHost::columns() {
  if (::isatty(STDERR_FILENO) == 0) return 0;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool NativeHost::cancelled() { return stop_requested != 0; }

double NativeHost::clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double NativeHost::memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page_size > 0 ? static_cast<double>(pages) * static_cast<double>(page_size) : 0;
}

int NativeHost::cores() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

void NativeHost::run_together(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> others;
  for (int i = 1; i < count; ++i) others.emplace_back(work, i);
  work(0);
  for (std::thread& other : others) other.join();
}

}  // namespace lodestone::cli
