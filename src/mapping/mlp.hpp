#pragma once

#include <array>
#include <vector>

#include "lodestone/random.hpp"
#include "mapping/lesson.hpp"

namespace lodestone {

/// A layer of a network: y = b + W·x, then tanh in hidden layers. Units are padded to a multiple of four with units
/// that are always 0.
struct MlpLayer {
  Array2<float> weights;  ///< `[inputs + 1, padded units]`, the last row is the bias

  std::size_t inputs() const { return weights.rows() - 1; }
  std::size_t units() const { return weights.cols(); }
  void forward(const float* x, bool squash, float* y) const;
};

/// A network with one or two hidden layers of tanh units; outputs are linear.
struct MlpNetwork {
  std::vector<MlpLayer> layers;

  /// Weights uniform in ±√(6 / (inputs + units)) (Glorot & Bengio 2010), biases 0.
  static Result<MlpNetwork> create(std::size_t inputs, std::span<const int> hidden, std::size_t outputs,
                                   Random& random);
  Result<MlpNetwork> clone() const;
  /// Values for the activations of each layer, one after another.
  std::size_t activations() const;
  /// Computes the activations; returns those of the last layer.
  const float* run(const float* x, float* activations) const;
};

class MlpPart : public Part {
 public:
  PartKind kind() const override { return PartKind::mlp; }
  void archive(Archive& archive) override;
  Status prepare(const MappingShape& shape) override;
  void run(Live& live) override;

  Task task;
  MlpNetwork network;
  std::vector<double> scales, offsets;  ///< of the outputs

 private:
  Buffer<float> inputs_, activations_;
};

}  // namespace lodestone
