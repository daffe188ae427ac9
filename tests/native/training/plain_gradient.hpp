#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "network/plain_network.hpp"

namespace lodestone::test {

/// The same tensors as `tensors(weights)` without the statistics, with equal biases in each layer; row-major.
inline std::vector<std::pair<std::string, std::vector<double>>> flattened(const PlainNetwork::Parameters& from) {
  std::vector<std::pair<std::string, std::vector<double>>> all;
  const auto put = [&](const std::string& name, const PlainNetwork::Matrix& values) {
    std::vector<double> flat;
    for (Eigen::Index r = 0; r < values.rows(); ++r) {
      for (Eigen::Index c = 0; c < values.cols(); ++c) flat.push_back(values(r, c));
    }
    all.emplace_back(name, flat);
  };
  put("batch_norm.weight", from.gamma);
  put("batch_norm.bias", from.beta);
  for (std::size_t l = 0; l < from.layers.size(); ++l) {
    const std::string suffix = "_l" + std::to_string(l);
    put("lstm.weight_ih" + suffix, from.layers[l].input);
    put("lstm.weight_hh" + suffix, from.layers[l].recurrent);
    put("lstm.bias_ih" + suffix, from.layers[l].bias);
    put("lstm.bias_hh" + suffix, from.layers[l].bias);
  }
  put("fc.weight", from.dense);
  put("fc.bias", from.dense_bias);
  return all;
}

/// The largest error of a gradient tensor, relative to its largest entry.
inline double gradient_error(Weights actual, const PlainNetwork::Parameters& expected) {
  const auto flat = flattened(expected);
  double worst = 0;
  std::size_t next = 0;
  for (const NamedTensor& tensor : tensors(actual)) {
    if (tensor.name.find("running") != std::string::npos) continue;
    const auto& [name, values] = flat.at(next++);
    REQUIRE(tensor.name == name);
    REQUIRE(tensor.values.size() == values.size());
    double error = 0, largest = 1e-12;
    for (std::size_t i = 0; i < values.size(); ++i) {
      error = std::max(error, std::abs(tensor.values[i] - values[i]));
      largest = std::max(largest, std::abs(values[i]));
    }
    worst = std::max(worst, error / largest);
  }
  return worst;
}

}  // namespace lodestone::test
