#include <cstring>

#include "errors/message.hpp"
#include "lodestone/mapping.hpp"
#include "mapping/bytes_archive.hpp"
#include "mapping/content.hpp"

namespace lodestone {

namespace {

/// Changes whenever the bytes mean something else.
constexpr double bytes_version = 1;

void archive_all(Archive& archive, MappingModel::Content& content) {
  double version = bytes_version;
  archive.number("version", version);
  if (version == bytes_version) return content.archive(archive);
  if (!archive.failure) archive.failure = malformed("these are not the bytes of a mapping of this release");
}

}  // namespace

MappingModel::MappingModel(std::unique_ptr<Content> content) : content_(std::move(content)) {}
MappingModel::MappingModel(MappingModel&&) noexcept = default;
MappingModel& MappingModel::operator=(MappingModel&&) noexcept = default;
MappingModel::~MappingModel() = default;

const MappingNames& MappingModel::names() const { return content_->names; }
std::span<const std::string> MappingModel::labels() const { return content_->labels; }
const MappingSettings& MappingModel::settings() const { return content_->settings; }
std::span<const OutputReport> MappingModel::reports() const { return content_->reports; }

Result<MappingModel> MappingModel::clone() const {
  const auto copy = bytes();
  if (!copy) return copy.error();
  return from_bytes({copy->data(), copy->size()});
}

Result<Buffer<std::byte>> MappingModel::bytes() const {
  BytesWriter counter;
  archive_all(counter, *content_);
  auto bytes = Buffer<std::byte>::create(counter.size());
  if (!bytes) return bytes;
  BytesWriter writer(bytes->data());
  archive_all(writer, *content_);
  return bytes;
}

Result<MappingModel> MappingModel::from_bytes(std::span<const std::byte> bytes) {
  auto content = std::make_unique<Content>();
  BytesReader reader(bytes);
  archive_all(reader, *content);
  if (reader.failure) return *reader.failure;
  if (auto bad = content->prepare()) return *bad;
  return MappingModel(std::move(content));
}

}  // namespace lodestone
