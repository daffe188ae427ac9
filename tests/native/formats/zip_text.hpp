#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace lodestone {

/// A zip archive whose entries are stored.
inline std::string zip_text(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string archive, directory;
  for (const auto& [name, content] : entries) {
    const auto size = raw(static_cast<std::uint32_t>(content.size()));
    const auto name_size = raw(static_cast<std::uint16_t>(name.size()));
    const std::string sizes = size + size + name_size + raw(std::uint16_t{0});
    const auto place = raw(static_cast<std::uint32_t>(archive.size()));
    directory += "PK\1\2" + std::string(16, '\0') + sizes + std::string(10, '\0') + place + name;
    archive += "PK\3\4" + std::string(14, '\0') + sizes + name + content;
  }
  const auto count = raw(static_cast<std::uint16_t>(entries.size()));
  return archive + directory + "PK\5\6" + std::string(4, '\0') + count + count +
         raw(static_cast<std::uint32_t>(directory.size())) + raw(static_cast<std::uint32_t>(archive.size())) +
         std::string(2, '\0');
}

}  // namespace lodestone
