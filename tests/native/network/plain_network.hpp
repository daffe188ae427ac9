#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lodestone/network.hpp"

namespace lodestone::test {

/// The network as in the papers, in double precision: no sharing, no folding, one window after another.
class PlainNetwork {
 public:
  using Matrix = Eigen::MatrixXd;
  using Vector = Eigen::VectorXd;
  struct Layer {
    Matrix input, recurrent;
    Vector bias;
  };
  struct Parameters {
    Vector gamma, beta;
    std::vector<Layer> layers;
    Matrix dense;
    Vector dense_bias;
  };

  /// h and c of each layer.
  struct State {
    Vector output, cell;
  };

  explicit PlainNetwork(const Weights& weights)
      : parameters{vector(weights.norm_weight),
                   vector(weights.norm_bias),
                   {},
                   matrix(weights.dense_weight),
                   vector(weights.dense_bias)},
        components(matrix(weights.components)),
        components_bias(vector(weights.components_bias)),
        importance(Vector::Ones(weights.norm_weight.size())),
        mean(vector(weights.running_mean)),
        variance(vector(weights.running_var)) {
    for (const LstmWeights& layer : weights.layers) {
      parameters.layers.push_back(
          {matrix(layer.input), matrix(layer.recurrent), vector(layer.input_bias) + vector(layer.recurrent_bias)});
    }
  }

  static Vector vector(const Buffer<float>& values) {
    return Eigen::Map<const Eigen::VectorXf>(values.data(), values.size()).cast<double>();
  }
  static Matrix matrix(const Array2<float>& values) {
    using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(values.data(), values.rows(), values.cols()).cast<double>();
  }

  std::vector<State> zero_state() const {
    std::vector<State> state;
    for (const Layer& layer : parameters.layers) {
      const Vector zero = Vector::Zero(layer.recurrent.cols());
      state.push_back({zero, zero});
    }
    return state;
  }

  /// The frame after `frames` (columns), from a zero state.
  Vector predict(const Matrix& frames) {
    auto state = zero_state();
    return predict_all(frames, state).rightCols(1);
  }

  /// The frame after each of `frames` (columns), with `mean` and `variance`. Starts from `state`, replaces it with the
  /// final state, and records what `backward` needs.
  Matrix predict_all(const Matrix& frames, std::vector<State>& state) {
    const Vector deviation = (variance.array() + 1e-5).sqrt();
    normal = ((frames.colwise() - mean).array().colwise() / deviation.array()).matrix();
    const bool has_components = components.size() > 0;
    Matrix x;
    if (has_components) {
      x = components * (frames.colwise() - mean);
    } else {
      x = ((normal.array().colwise() * parameters.gamma.array()).colwise() + parameters.beta.array()).matrix();
    }
    traces.clear();
    for (std::size_t l = 0; l < parameters.layers.size(); ++l) {
      const Layer& layer = parameters.layers[l];
      const auto hidden = layer.recurrent.cols();
      Trace trace{x, Matrix(4 * hidden, x.cols()), Matrix(hidden, x.cols()), Matrix(hidden, x.cols()), state[l]};
      auto& [h, c] = state[l];
      for (Eigen::Index t = 0; t < x.cols(); ++t) {
        Vector z = layer.input * x.col(t) + layer.recurrent * h + layer.bias;
        for (Eigen::Index j = 0; j < 4 * hidden; ++j)
          z[j] = j / hidden == 2 ? std::tanh(z[j]) : 1 / (1 + std::exp(-z[j]));
        c = z.segment(hidden, hidden).cwiseProduct(c) + z.head(hidden).cwiseProduct(z.segment(2 * hidden, hidden));
        h = z.tail(hidden).cwiseProduct(c.array().tanh().matrix());
        trace.gates.col(t) = z;
        trace.cell.col(t) = c;
        trace.output.col(t) = h;
      }
      x = trace.output;
      traces.push_back(trace);
    }
    x = (parameters.dense * x).colwise() + parameters.dense_bias;
    if (has_components) x = (components.transpose() * x).colwise() + components_bias;
    return x;
  }

  /// Adds the gradients of the last `predict` or `predict_all` to `sum`, given those of its last predictions.
  void backward(const Matrix& errors, Parameters& sum) const {
    const Matrix& last = traces.back().output;
    sum.dense += errors * last.rightCols(errors.cols()).transpose();
    sum.dense_bias += errors.rowwise().sum();
    Matrix above = Matrix::Zero(last.rows(), last.cols());
    above.rightCols(errors.cols()) = parameters.dense.transpose() * errors;
    for (std::size_t l = traces.size(); l-- > 0;) above = layer_backward(l, above, sum.layers[l]);
    sum.gamma += above.cwiseProduct(normal).rowwise().sum();
    sum.beta += above.rowwise().sum();
  }

  Parameters zeros() const {
    Parameters zero = parameters;
    for (Layer& layer : zero.layers) {
      layer.input.setZero();
      layer.recurrent.setZero();
      layer.bias.setZero();
    }
    zero.gamma.setZero();
    zero.beta.setZero();
    zero.dense.setZero();
    zero.dense_bias.setZero();
    return zero;
  }

  /// Mean squared error over windows of `frames` (columns) after setting mean and variance to theirs; optionally with
  /// gradients.
  double loss(const Matrix& frames, int sequence, const std::vector<std::int64_t>& starts,
              Parameters* gradient = nullptr) {
    const auto bins = frames.rows();
    Matrix places(bins, sequence * static_cast<Eigen::Index>(starts.size()));
    for (std::size_t w = 0; w < starts.size(); ++w)
      places.middleCols(w * sequence, sequence) = frames.middleCols(starts[w], sequence);
    mean = places.rowwise().mean();
    variance = (places.colwise() - mean).array().square().rowwise().mean();
    const double count = static_cast<double>(bins) * starts.size();
    double sum = 0;
    for (const std::int64_t start : starts) {
      const Vector error = predict(frames.middleCols(start, sequence)) - frames.col(start + sequence);
      const Vector weighted = importance.cwiseProduct(error);
      if (gradient) backward(2 / count * weighted, *gradient);
      sum += weighted.dot(error);
    }
    return sum / count;
  }

  /// Mean squared error over stretches of `frames`, each predicting all frames after its first, starting from `states`
  /// and replacing them with the final ones.
  struct Stretch {
    Eigen::Index start, predictions;
  };
  double loss(const Matrix& frames, const std::vector<Stretch>& stretches, std::vector<std::vector<State>>& states,
              Parameters* gradient = nullptr) {
    double count = 0, sum = 0;
    for (const Stretch& stretch : stretches) count += static_cast<double>(frames.rows() * stretch.predictions);
    for (std::size_t s = 0; s < stretches.size(); ++s) {
      const auto [start, length] = stretches[s];
      const Matrix errors =
          predict_all(frames.middleCols(start, length), states[s]) - frames.middleCols(start + 1, length);
      const Matrix weighted = importance.asDiagonal() * errors;
      if (gradient) backward(2 / count * weighted, *gradient);
      sum += weighted.cwiseProduct(errors).sum();
    }
    return sum / count;
  }

  Parameters parameters;
  Matrix components;  ///< and their bias: for predictions only
  Vector components_bias;
  Vector importance;  ///< of the squared errors of the bins
  Vector mean, variance;

 private:
  struct Trace {
    Matrix input, gates, cell, output;
    State before;
  };

  Matrix layer_backward(std::size_t l, const Matrix& above, Layer& sum) const {
    const Layer& layer = parameters.layers[l];
    const Trace& trace = traces[l];
    const auto n = layer.recurrent.cols();
    Matrix below(trace.input.rows(), trace.input.cols());
    Vector dh = Vector::Zero(n), dc = Vector::Zero(n);
    for (Eigen::Index t = above.cols(); t-- > 0;) {
      const Eigen::ArrayXd i = trace.gates.col(t).head(n), f = trace.gates.col(t).segment(n, n);
      const Eigen::ArrayXd g = trace.gates.col(t).segment(2 * n, n), o = trace.gates.col(t).tail(n);
      const Eigen::ArrayXd tanh = trace.cell.col(t).array().tanh();
      const Eigen::ArrayXd before = t > 0 ? Vector(trace.cell.col(t - 1)) : trace.before.cell;
      const Vector output_before = t > 0 ? Vector(trace.output.col(t - 1)) : trace.before.output;
      const Eigen::ArrayXd h_gradient = above.col(t) + dh;
      const Eigen::ArrayXd c_gradient = dc.array() + h_gradient * o * (1 - tanh * tanh);
      Vector delta(4 * n);
      delta << (c_gradient * g * i * (1 - i)).matrix(), (c_gradient * before * f * (1 - f)).matrix(),
          (c_gradient * i * (1 - g * g)).matrix(), (h_gradient * tanh * o * (1 - o)).matrix();
      sum.input += delta * trace.input.col(t).transpose();
      sum.recurrent += delta * output_before.transpose();
      sum.bias += delta;
      below.col(t) = layer.input.transpose() * delta;
      dh = layer.recurrent.transpose() * delta;
      dc = (c_gradient * f).matrix();
    }
    return below;
  }

  Matrix normal;
  std::vector<Trace> traces;
};

}  // namespace lodestone::test
