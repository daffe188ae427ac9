#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lodestone/array.hpp"

namespace lodestone {

/// Visits the numbers, texts and arrays of a model by name, in a fixed order. The same description serves for writing
/// and for reading, as bytes and as a file; a reader replaces the values. Names are unique after `prefix`.
class Archive {
 public:
  virtual ~Archive() = default;
  virtual bool reading() const = 0;
  /// Whether to visit arrays that can be computed from the others.
  virtual bool derived() const = 0;
  virtual void number(std::string_view name, double& value) = 0;  ///< must be a float, or whole
  virtual void texts(std::string_view name, std::vector<std::string>& values) = 0;
  virtual void integers(std::string_view name, std::vector<std::uint32_t>& values) = 0;
  virtual void doubles(std::string_view name, std::vector<double>& values) = 0;
  virtual void floats(std::string_view name, Array2<float>& values) = 0;

  /// A field of another type that is a number. A reader must check its range.
  template <class T>
  void field(std::string_view name, T& value) {
    auto copy = static_cast<double>(value);
    number(name, copy);
    if (reading()) value = static_cast<T>(copy);
  }

  /// Precedes the names: the part that is visited.
  std::string prefix;
  /// The first failure; after it a reader leaves all values as they are.
  Status failure;
};

}  // namespace lodestone
