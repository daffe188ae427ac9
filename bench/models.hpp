#pragma once

#include <vector>

#include "lodestone/model.hpp"
#include "workload.hpp"

namespace lodestone::bench {

/// One of MAGNet's networks, by the name that all figures use: 1,025 bins, windows of 40 frames, batches of 64.
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
Magnitudes frames(const Sounds& sounds);

/// A model of the piano, with its frames as impulses and their statistics for BatchNorm. The weights are random,
/// because speed does not depend on what has been learned; `recurrent` is the size of the largest recurrent weight:
/// with 0.05 the network comes to rest on a constant input, with 0.5 its dreams stay lively.
Model random_model(const Sounds& sounds, const std::vector<int>& layers, float recurrent);

}  // namespace lodestone::bench
