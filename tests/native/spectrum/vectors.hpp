#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lodestone/formats.hpp"

/// A safetensors file of tests/vectors.
class VectorFile {
 public:
  explicit VectorFile(const std::string& name) {
    std::ifstream file(LODESTONE_TEST_DATA "/" + name, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
    bytes_ = lodestone::Bytes::create(content.size()).value();
    std::transform(content.begin(), content.end(), bytes_.begin(), [](char c) { return static_cast<std::byte>(c); });
    auto read = lodestone::read_safetensors(bytes_);
    REQUIRE(read);
    content_ = std::move(*read);
  }

  std::vector<float> floats(const char* name) const {
    const auto values = lodestone::to_floats(tensor(name)).value();
    return {values.begin(), values.end()};
  }

  std::vector<double> doubles(const char* name) const {
    const auto values = lodestone::to_doubles(tensor(name)).value();
    return {values.begin(), values.end()};
  }

 private:
  const lodestone::TensorView& tensor(const char* name) const {
    const auto* found = content_.find(name);
    REQUIRE(found);
    return *found;
  }

  lodestone::Bytes bytes_;
  lodestone::Safetensors content_;
};
