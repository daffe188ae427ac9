#include "training/backpropagation.hpp"

#include <algorithm>
#include <cstring>

namespace lodestone {
namespace {

constexpr double norm_momentum = 0.1;

/// Multiplications per call of `run`: 10 to 20 ms in WebAssembly.
constexpr std::uint64_t slice = std::uint64_t{1} << 28;

/// The fewest rows per piece of a product.
constexpr std::size_t least_rows = 24;

/// Floats in the largest right factor of all products with weights.
std::uint64_t largest_factor(const Kernels& kernels, const NetworkConfig& config) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  std::uint64_t largest = 0, inputs = bins;
  const auto consider = [&](std::uint64_t depth, std::uint64_t columns) {
    largest = std::max({largest, kernels.packed_size(depth, columns), kernels.packed_size(columns, depth)});
  };
  for (const int units : config.layers) {
    const auto hidden = static_cast<std::uint64_t>(units);
    consider(inputs, 4 * hidden);
    consider(hidden, 4 * hidden);
    inputs = hidden;
  }
  consider(inputs, bins);
  return largest;
}

/// The array after its first `count` values; empty if the arena has no block.
std::span<float> behind(std::span<float> array, std::uint64_t count) {
  return array.empty() ? array : array.subspan(static_cast<std::size_t>(count));
}

/// Removes the first `count` values from the array and returns them.
std::span<float> cut(std::span<float>& array, std::uint64_t count) {
  const std::span<float> all = array;
  array = behind(all, count);
  return all.empty() ? all : all.first(static_cast<std::size_t>(count));
}

}  // namespace

void Backpropagation::lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
                              std::uint64_t capacity, std::uint64_t scored) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  const auto sequence = static_cast<std::uint64_t>(config.sequence);
  const std::uint64_t places = std::max(capacity * sequence, scored);
  const std::uint64_t longest = std::max(sequence, windows);  // windows of one frame, or one window
  const std::uint64_t distinct = std::min(frames + longest, places);
  const std::uint64_t of_shards = std::min(frames + shard_count * sequence, places);  // distinct per shard, in total
  const auto widest = static_cast<std::uint64_t>(*std::max_element(config.layers.begin(), config.layers.end()));
  capacity_ = static_cast<std::size_t>(capacity);
  batch_.lay_out(arena, frames, windows, longest);
  packed_ = Packed(kernels_, arena, largest_factor(kernels_, config));
  sums_.lay_out(arena, std::max(kernels_.packed_size(of_shards, bins), kernels_.packed_size(places, widest)),
                std::max(bins, widest), 4 * widest);
  moments_.lay_out(arena, bins);
  deviation_ = arena.take<double>(bins);
  norm_sums_ = arena.take<double>(2 * bins);
  normalised_ = arena.take<float>(distinct * bins);
  shared_ = arena.take<float>(of_shards * 4 * static_cast<std::uint64_t>(config.layers[0]));
  predictions_ = arena.take<float>(scored * bins);
  errors_ = arena.take<float>(scored * bins);
  above_ = arena.take<float>(places * widest);
  output_gradient_ = arena.take<float>(capacity * widest);
  cell_gradient_ = arena.take<float>(capacity * widest);
  lay_out_layers(arena, config, places);
  lay_out_partial(arena, config);
}

void Backpropagation::lay_out_layers(Arena& arena, const NetworkConfig& config, std::uint64_t places) {
  auto inputs = static_cast<std::uint64_t>(config.bins);
  layers_ = std::vector<Layer>(config.layers.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    layer.hidden = static_cast<std::size_t>(config.layers[l]);
    layer.inputs = static_cast<std::size_t>(inputs);
    inputs = layer.hidden;
    layer.gates = arena.take<float>(places * 4 * layer.hidden);
    const std::uint64_t before = capacity_ * layer.hidden;
    layer.cell = behind(arena.take<float>(before + places * layer.hidden), before);
    layer.output = behind(arena.take<float>(before + places * layer.hidden), before);
    layer.bias = arena.take<float>(4 * layer.hidden);
  }
}

/// Both biases of a layer have the same gradient.
void Backpropagation::lay_out_partial(Arena& arena, const NetworkConfig& config) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  const std::uint64_t top = layers_.back().hidden;
  std::uint64_t size = bins * (top + 1);
  for (const Layer& layer : layers_) size += std::uint64_t{4} * layer.hidden * (layer.inputs + layer.hidden + 1);
  size = (size + 1) / 2 * 2;  // so that the loss is aligned
  norm_gradient_ = arena.take<float>(2 * bins);
  partial_ = arena.take<float>(size + 2);
  std::span<float> rest = partial_;
  std::span<float> norm = norm_gradient_;
  gradients_ = {cut(norm, bins), norm};
  for (Layer& layer : layers_) {
    const std::uint64_t width = 4 * layer.hidden;
    layer.input_gradient = cut(rest, width * layer.inputs);
    layer.recurrent_gradient = cut(rest, width * layer.hidden);
    layer.bias_gradient = cut(rest, width);
    for (const auto gradient :
         {layer.input_gradient, layer.recurrent_gradient, layer.bias_gradient, layer.bias_gradient}) {
      gradients_.push_back(gradient);
    }
  }
  dense_gradient_ = cut(rest, bins * top);
  dense_bias_gradient_ = cut(rest, bins);
  gradients_.push_back(dense_gradient_);
  gradients_.push_back(dense_bias_gradient_);
}

void Backpropagation::begin(const Weights& weights, std::span<const float> frames, const Pass& pass) {
  weights_ = &weights;
  frames_ = frames;
  pass_ = pass;
  enter(Stage::start);
}

bool Backpropagation::run(std::size_t part, std::size_t parts) {
  if (stage_ == Stage::start) start(part, parts);
  spent_ = 0;
  while (stage_ != Stage::done && spent_ < slice) work();
  return stage_ != Stage::done;
}

void Backpropagation::enter(Stage stage, std::size_t layer) {
  stage_ = stage;
  layer_ = layer;
  piece_ = 0;
}

/// Does a piece of the current stage.
void Backpropagation::work() {
  switch (stage_) {
    case Stage::select:
      return select();
    case Stage::inputs:
      return inputs();
    case Stage::recur:
      return recur();
    case Stage::predict:
      return predict();
    case Stage::dense_gradient:
      return dense_gradient();
    case Stage::unroll:
      return unroll();
    case Stage::recurrent_gradient:
      return recurrent_gradient();
    case Stage::input_gradient:
      return input_gradient();
    case Stage::below:
      return below();
    default:
      return;
  }
}

void Backpropagation::start(std::size_t part, std::size_t parts) {
  shards_ = Shards(pass_.starts.size(), pass_.shared, part, parts);
  sums_.begin(shards_);
  begin_ = end_ = shards_.begin_of(shards_.first());
  std::fill(losses_, losses_ + shard_count, 0.0);
  enter(Stage::select);
  if (!shards_.idle()) return;
  const std::span<float> sums = partial();
  std::fill(sums.begin(), sums.end(), -0.0f);  // adding −0 never changes a sum
  finish_forward();
  enter(Stage::done);
}

void Backpropagation::multiply(const Product& product) {
  kernels_.multiply_all(product);
  spent_ += static_cast<std::uint64_t>(product.rows) * product.depth * product.columns;
}

/// Computes the next rows of the product, all of which start from the same bias or from zeros; true after the last.
bool Backpropagation::multiply_some(Product product) {
  const std::uint64_t fit = slice / (static_cast<std::uint64_t>(product.depth) * product.columns + 1);
  const std::size_t count = std::max(least_rows, static_cast<std::size_t>(fit) / least_rows * least_rows);
  product.a += static_cast<std::ptrdiff_t>(piece_) * product.a_row;
  product.c += static_cast<std::ptrdiff_t>(piece_) * product.c_row;
  const std::size_t all = product.rows;
  product.rows = std::min(count, all - piece_);
  multiply(product);
  piece_ += product.rows;
  return piece_ == all;
}

double Backpropagation::loss() const {
  double loss = 0;
  std::memcpy(&loss, partial_.last(2).data(), sizeof loss);
  return loss;
}

std::span<float> Backpropagation::partial() { return pass_.learns ? partial_ : partial_.last(2); }

void Backpropagation::add(std::span<const float> other) {
  const std::span<float> sums = partial();
  double theirs = 0;
  std::memcpy(&theirs, other.last(2).data(), sizeof theirs);
  theirs += loss();
  kernels_.add(sums.size() - 2, other.data(), sums.data());
  std::memcpy(sums.last(2).data(), &theirs, sizeof theirs);
}

const std::vector<std::span<float>>& Backpropagation::finish(const Weights& weights) {
  norm_gradient(weights);
  return gradients_;
}

void Backpropagation::move_running_statistics(Weights& weights) const {
  moments_.move(weights, norm_momentum, static_cast<double>(pass_.starts.size() * pass_.length));
}

void Backpropagation::carry(std::span<float> states) const {
  float* to = states.data();
  for (const Layer& layer : layers_) {
    for (const std::span<float> state : {layer.cell, layer.output}) {
      for (std::size_t w = begin_; w < end_; ++w) {
        const std::size_t row = (pass_.stretches[w].length - std::size_t{1}) * rows() + w - begin_;
        std::copy_n(state.data() + row * layer.hidden, layer.hidden, to + w * layer.hidden);
      }
      to += pass_.starts.size() * layer.hidden;
    }
  }
}

void Backpropagation::copy_predictions(Array2<float>& to) const {
  for (std::size_t step = 0; step < pass_.length - pass_.first_scored; ++step) {
    for (std::size_t w = begin_; w < end_; ++w) {
      const auto row = prediction(step, w);
      std::copy(row.begin(), row.end(), to.row(step * pass_.starts.size() + w).data());
    }
  }
}

}  // namespace lodestone
