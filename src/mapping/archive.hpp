#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"

namespace lodestone {

/// Visits the numbers, texts and arrays of a model one after another. The same description serves for writing and for
/// reading, as bytes and as a file; a reader replaces the values.
class Archive {
 public:
  virtual ~Archive() = default;
  virtual void number(std::string_view name, double& value) = 0;
  virtual void text(std::string_view name, std::string& value) = 0;
  virtual void integers(std::string_view name, std::vector<std::uint32_t>& values) = 0;
  virtual void doubles(std::string_view name, std::vector<double>& values) = 0;
  virtual void floats(std::string_view name, Array2<float>& values) = 0;

  /// A field of any other type that is a number.
  template <class T>
  void field(std::string_view name, T& value) {
    auto copy = static_cast<double>(value);
    number(name, copy);
    value = static_cast<T>(copy);
  }
};

}  // namespace lodestone
