#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/mapping.hpp"
#include "mapping/archive.hpp"

namespace lodestone {

/// How many of each a mapping has.
struct MappingShape {
  std::size_t inputs, outputs, labels;
};

/// What parts read and write in each call of Mapping::run.
struct Live {
  std::span<const float> inputs;  ///< all inputs, standardised and clamped
  std::span<float> outputs;       ///< as shares of their ranges; clamped afterwards
  std::span<float> confidences;
  std::span<LabelState> states;
  std::span<const float> tolerances;  ///< one for each label
  std::span<const float> outside{};  ///< for each of them the square of its distance from the range of the examples, in
                                     ///< deviations
  int label = -1;
  float label_confidence = 0;
};

enum class PartKind { kernel, mlp, linear, nearest, gesture };

/// A model that computes some of the outputs, or the labels.
class Part {
 public:
  virtual ~Part() = default;
  virtual PartKind kind() const = 0;
  virtual void archive(Archive& archive) = 0;
  /// Checks values that may come from a file (malformed), and takes all the memory that `run` needs.
  virtual Status prepare(const MappingShape& shape) = 0;
  virtual void reset() {}
  /// Real-time safe; the same work every time.
  virtual void run(Live& live) = 0;
};

/// A part without values, for `archive` to read.
std::unique_ptr<Part> make_part(PartKind kind);

}  // namespace lodestone
