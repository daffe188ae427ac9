#pragma once

#include <vector>

#include "lodestone/stft.hpp"
#include "workload.hpp"

namespace lodestone::bench {

/// A network of MAGNet's, by the name that all figures use: 1,025 bins, windows of 40 frames, batches of 64.
struct NamedLayers {
  char name;
  std::vector<int> layers;
};
inline const NamedLayers size_a{'A', {128, 128}};
inline const NamedLayers size_b{'B', {128, 128, 128}};
inline const NamedLayers size_c{'C', {256, 256}};

constexpr int window = 40;
constexpr int batch = 64;

/// 9 s of piano as A, B and C see it `[776, 1025]`.
inline Magnitudes frames(const Sounds& sounds) {
  return Stft({.size = 2048, .hop = 512, .sample_rate = 44100}).magnitudes(sounds.piano).value();
}

}  // namespace lodestone::bench
