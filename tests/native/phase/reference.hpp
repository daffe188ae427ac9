#pragma once

#include <string>
#include <vector>

#include "lodestone/formats.hpp"
#include "lodestone/phase.hpp"

/// The reference vectors of LWS, see tests/vectors/lws/README.md.
namespace reference {

/// The bytes of a file in the test data folder; the test fails if it is missing.
lodestone::Bytes read(const std::string& path);

struct Output {
  std::string name;
  lodestone::PhaseConfig config;
  bool warm = false;     ///< starts from `warm_start`
  bool history = false;  ///< affected by a defect of the reference
  double envelope = 0;   ///< rel_env
  std::vector<std::complex<float>> spectrum;
  std::vector<int> bits;
};

struct Case {
  lodestone::Magnitudes magnitudes;
  lodestone::Spectrum warm_start;
  int weight_range = 0;
  int look_ahead = 0;
  std::vector<Output> outputs;
};

/// A file's case; `bytes` comes from `read`.
Case load(const lodestone::Bytes& bytes);

/// One signal of signals.safetensors.
std::vector<float> signal(const std::string& name);

/// One row of quality.json, for the corrected reference.
struct Quality {
  std::string signal, config, mode;
  int size = 0, hop = 0;
  double consistency = 0;
};
std::vector<Quality> quality();

/// The stages that a mode of quality.json stands for.
lodestone::PhaseConfig mode(const std::string& name);

/// The framing of all vectors.
lodestone::StftConfig framing(int size, int hop);

/// The signal's magnitudes in that framing, by a double-precision transform like the reference's: dense modes are
/// sensitive even to the rounding of the quietest bins.
lodestone::Magnitudes analyse(std::span<const float> samples, const lodestone::StftConfig& stft);

}  // namespace reference
