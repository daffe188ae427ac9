#pragma once

#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

/// A file in an archive; both point into the archive's bytes.
struct ZipEntry {
  std::string_view name;
  ByteView bytes;
};

/// The files of a zip archive that are stored as they are, as torch.save does it: nothing is ever decompressed, so an
/// entry is never longer than the archive. PKWARE, ".ZIP File Format Specification", 6.3.
///
/// Refused: entries that are compressed or encrypted, that overlap, that do not lie in the order of the directory or
/// that share a name; more than 4096 entries; archives beyond 4 GB (zip64). Checksums are not looked at, as PyTorch
/// itself does not.
Result<std::vector<ZipEntry>> read_zip(ByteView bytes);

}  // namespace lodestone
