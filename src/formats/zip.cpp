#include "formats/zip.hpp"

#include "formats/bytes.hpp"

namespace lodestone {

namespace {

constexpr std::size_t most_files = 4096;
constexpr std::size_t end_size = 22, directory_size = 46, local_size = 30;  // without names, extra fields and comments
constexpr std::size_t longest_comment = 0xffff;
constexpr std::string_view end_mark = "PK\5\6", directory_mark = "PK\1\2", local_mark = "PK\3\4";

std::uint16_t short_at(ByteView bytes, std::size_t place) { return load<std::uint16_t>(bytes.subspan(place)); }
std::uint32_t long_at(ByteView bytes, std::size_t place) { return load<std::uint32_t>(bytes.subspan(place)); }

Error entry_error(std::string_view name, const char* what) {
  return malformed("zip: the entry {} {}", quoted(name), what);
}

/// The end record of an archive, searched from the end because a comment may follow it; empty if there is none.
ByteView find_end(ByteView bytes) {
  for (std::size_t comment = 0; comment <= longest_comment && comment + end_size <= bytes.size(); ++comment) {
    const ByteView end = bytes.subspan(bytes.size() - end_size - comment);
    if (starts_with(end, end_mark) && short_at(end, 20) == comment) return end;
  }
  return {};
}

class DirectoryReader {
 public:
  /// `before` is everything before the directory: the entries' own headers and bytes.
  DirectoryReader(ByteView before, ByteView directory) : before_(before), rest_(directory) {}

  Result<ZipEntry> next() {
    if (rest_.size() < directory_size || !starts_with(rest_, directory_mark)) return cut_off();
    const std::size_t name_size = short_at(rest_, 28);
    const std::size_t whole = directory_size + name_size + short_at(rest_, 30) + short_at(rest_, 32);
    if (rest_.size() < whole) return cut_off();
    const ByteView record = rest_.first(whole);
    rest_ = rest_.subspan(whole);
    ZipEntry entry{as_text(record.subspan(directory_size, name_size)), {}};
    if (auto error = find_bytes(record, entry)) return *error;
    return entry;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  static Error cut_off() { return malformed("zip: the directory has fewer entries than it states"); }

  Status find_bytes(ByteView record, ZipEntry& entry) {
    if (short_at(record, 8) & 1) return entry_error(entry.name, "is encrypted");
    const std::size_t size = long_at(record, 24);
    if (short_at(record, 10) != 0 || long_at(record, 20) != size) {
      return entry_error(entry.name, "is compressed; torch.save stores files uncompressed");
    }
    const std::size_t place = long_at(record, 42);
    if (place < taken_) return entry_error(entry.name, "overlaps the one before it");
    if (place > before_.size() || before_.size() - place < local_size)
      return entry_error(entry.name, "lies outside the archive");
    const ByteView local = before_.subspan(place);
    const std::size_t name_size = short_at(local, 26);
    const std::size_t start = local_size + name_size + short_at(local, 28);
    if (!starts_with(local, local_mark) || local.size() < start ||
        as_text(local.subspan(local_size, name_size)) != entry.name) {
      return entry_error(entry.name, "is not where the directory says");
    }
    if (local.size() - start < size) return entry_error(entry.name, "is longer than the archive");
    entry.bytes = local.subspan(start, size);
    taken_ = place + start + size;
    return {};
  }

  ByteView before_;
  ByteView rest_;
  std::size_t taken_ = 0;  // where the last entry ended
};

Status check_names(const std::vector<ZipEntry>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (entries[i].name == entries[k].name) return entry_error(entries[i].name, "occurs twice");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ZipEntry>> read_zip(ByteView bytes) {
  const ByteView end = find_end(bytes);
  if (end.empty()) return malformed("zip: the archive is truncated: it has no end record");
  const std::size_t count = short_at(end, 10), size = long_at(end, 12), start = long_at(end, 16);
  if (start == 0xffffffff || size == 0xffffffff) return malformed("zip: archives beyond 4 GB are not supported");
  if (count > most_files) return malformed("zip: the archive has {} entries; allowed: up to {}", count, most_files);
  const std::size_t place_of_end = static_cast<std::size_t>(end.data() - bytes.data());
  if (start > place_of_end || size > place_of_end - start) {
    return malformed("zip: the directory lies outside the archive");
  }
  DirectoryReader directory(bytes.first(start), bytes.subspan(start, size));
  std::vector<ZipEntry> entries;
  while (entries.size() < count) {
    const auto entry = directory.next();
    if (!entry) return entry.error();
    entries.push_back(*entry);
  }
  if (!directory.at_end()) return malformed("zip: the directory has more entries than it states");
  if (auto error = check_names(entries)) return *error;
  return entries;
}

}  // namespace lodestone
