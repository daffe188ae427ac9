#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "lodestone/formats.hpp"
#include "lodestone/network.hpp"

namespace lodestone::test {

inline const std::vector<std::string> magnet_names{"tiny", "small", "one-layer"};

/// One of tests/vectors/magnet: what PyTorch computed.
class MagnetVectors {
 public:
  explicit MagnetVectors(const std::string& name) {
    std::ifstream stream(std::string(LODESTONE_TEST_DATA) + "/magnet/" + name + ".safetensors", std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    bytes_ = Bytes::create(content.size()).value();
    std::memcpy(bytes_.data(), content.data(), content.size());
    file_ = read_safetensors(ByteView(bytes_.data(), bytes_.size())).value();
    config.bins = number("bins");
    config.layers.assign(number("layers"), number("hidden"));
    config.sequence = number("sequence");
  }

  int number(const std::string& key) const { return std::stoi(*file_.find_metadata(key)); }

  double weight_decay() const {
    return file_.find_metadata("optimizer")->find("\"weight_decay\": 0.0001") == std::string::npos ? 0 : 1e-4;
  }

  Buffer<float> values(const std::string& name) const { return to_floats(*file_.find(name)).value(); }

  Array2<float> matrix(const std::string& name) const {
    const TensorView& tensor = *file_.find(name);
    auto array = Array2<float>::create(tensor.shape.at(0), tensor.shape.at(1)).value();
    const Buffer<float> from = values(name);
    std::copy(from.begin(), from.end(), array.data());
    return array;
  }

  /// `[steps, batch]`
  Array2<std::int64_t> starts() const {
    const TensorView& tensor = *file_.find("window_starts");
    auto array = Array2<std::int64_t>::create(tensor.shape.at(0), tensor.shape.at(1)).value();
    const auto from = to_integers(tensor).value();
    std::copy(from.begin(), from.end(), array.data());
    return array;
  }

  Weights weights(const std::string& prefix) const {
    Weights all = Weights::create(config).value();
    for (const NamedTensor& tensor : tensors(all)) {
      const Buffer<float> from = values(prefix + "/" + tensor.name);
      std::copy(from.begin(), from.end(), tensor.values.begin());
    }
    return all;
  }

  Buffer<double> losses() const { return to_doubles(*file_.find("losses")).value(); }

  NetworkConfig config;

 private:
  Bytes bytes_;
  Safetensors file_;
};

/// The largest difference, relative to the largest expected entry.
inline double difference(std::span<const float> actual, std::span<const float> expected) {
  REQUIRE(actual.size() == expected.size());
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    const double here = std::abs(static_cast<double>(actual[i]) - expected[i]);
    if (!(here <= error)) error = here;  // keeps a NaN
  }
  return largest > 0 ? error / largest : error;
}

}  // namespace lodestone::test
