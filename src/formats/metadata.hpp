#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"

namespace lodestone {

/// What the JSON under the metadata key `lodestone` describes; see read_model and read_magnitudes.
struct Metadata {
  std::string_view kind;  ///< "model" or "spectrum"
  StftConfig& stft;
  NetworkConfig* network = nullptr;                                   ///< of a model
  std::vector<float>*losses = nullptr, *validation_losses = nullptr;  ///< of a model
  std::uint64_t* samples = nullptr;                                   ///< of a spectrum
};

/// Reads the metadata of a file, which must be of that kind, and checks the configurations.
Status read_metadata(const Safetensors& file, const Metadata& to);

/// As an entry for Safetensors::metadata.
std::pair<std::string, std::string> write_metadata(const Metadata& metadata);

}  // namespace lodestone
