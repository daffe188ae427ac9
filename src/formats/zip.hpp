#pragma once

#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

/// A file in an archive; name and content point into the archive's bytes.
struct ZipEntry {
  std::string_view name;
  ByteView bytes;
};

/// The files of an uncompressed zip archive, as torch.save writes it. Nothing is decompressed, so an entry is never
/// longer than the archive. PKWARE, ".ZIP File Format Specification", 6.3.
///
/// Errors: entries that are compressed or encrypted, that overlap, that are not in the order of the directory or that
/// have the same name; more than 4096 entries; archives beyond 4 GB (zip64). Checksums are ignored, as in PyTorch.
Result<std::vector<ZipEntry>> read_zip(ByteView bytes);

}  // namespace lodestone
