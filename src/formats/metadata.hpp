#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

/// The JSON under the metadata key `lodestone`; see read_model and read_magnitudes.
struct Metadata {
  std::string kind{};  ///< "model" or "spectrum"
  StftConfig stft{};
  NetworkConfig network{};                           ///< of a model
  std::vector<float> losses{}, validation_losses{};  ///< of a model
  std::uint64_t samples = 0;                         ///< of a spectrum
};

/// Reads the metadata of a file, which must be of that kind, and checks the configurations.
Result<Metadata> read_metadata(const Safetensors& file, std::string_view kind);

/// As an entry for Safetensors::metadata.
std::pair<std::string, std::string> write_metadata(Metadata metadata);

}  // namespace lodestone
