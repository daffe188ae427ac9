#include "training/backpropagation.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lodestone {
namespace {

constexpr double norm_epsilon = 1e-5;
constexpr double norm_momentum = 0.1;

/// Multiplications of one call of `run`: 10 to 20 ms in WebAssembly.
constexpr std::uint64_t slice = std::uint64_t{1} << 28;

/// Rows that a product takes at least, where it is cut.
constexpr std::size_t least_rows = 24;

/// Floats for the largest right factor of all products with weights.
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

/// The array without its first `count` values; an arena without a block gives empty ones.
std::span<float> behind(std::span<float> array, std::uint64_t count) {
  return array.empty() ? array : array.subspan(static_cast<std::size_t>(count));
}

/// Cuts the first `count` values off the array.
std::span<float> cut(std::span<float>& array, std::uint64_t count) {
  const std::span<float> all = array;
  array = behind(all, count);
  return all.empty() ? all : all.first(static_cast<std::size_t>(count));
}

}  // namespace

void Backpropagation::lay_out(Arena& arena, const NetworkConfig& config, std::uint64_t frames, std::uint64_t windows,
                              std::uint64_t capacity, std::uint64_t carried) {
  const auto bins = static_cast<std::uint64_t>(config.bins);
  const auto sequence = static_cast<std::uint64_t>(config.sequence);
  const std::uint64_t places = capacity * sequence;
  const std::uint64_t longest = std::max(sequence, windows);  // windows of one frame, or one window
  const std::uint64_t distinct = std::min(frames + longest, places);
  const std::uint64_t of_shards = std::min(frames + shard_count * sequence, places);  // distinct in each, together
  const auto widest = static_cast<std::uint64_t>(*std::max_element(config.layers.begin(), config.layers.end()));
  const std::uint64_t broadest = std::max(bins, widest);
  capacity_ = static_cast<std::size_t>(capacity);
  carried_ = static_cast<std::size_t>(carried);
  batch_.lay_out(arena, frames, windows, longest);
  packed_ = Packed(kernels_, arena, largest_factor(kernels_, config));
  factors_block_ =
      arena.take<float>(std::max(kernels_.packed_size(of_shards, bins), kernels_.packed_size(places, widest)));
  mean_ = arena.take<double>(bins);
  variance_ = arena.take<double>(bins);
  deviation_ = arena.take<double>(bins);
  norm_sums_ = arena.take<double>(2 * bins);
  normalised_ = arena.take<float>(distinct * bins);
  shared_ = arena.take<float>(of_shards * 4 * static_cast<std::uint64_t>(config.layers[0]));
  predictions_ = arena.take<float>(capacity * bins);
  errors_ = arena.take<float>(capacity * bins);
  above_ = arena.take<float>(places * widest);
  output_gradient_ = arena.take<float>(capacity * widest);
  cell_gradient_ = arena.take<float>(capacity * widest);
  branches_ = arena.take<float>(3 * std::max(block_rows_ * broadest, 4 * widest));
  layers_ = std::vector<Layer>(config.layers.size());
  std::uint64_t inputs = bins;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    layer.hidden = static_cast<std::size_t>(config.layers[l]);
    layer.inputs = static_cast<std::size_t>(inputs);
    inputs = layer.hidden;
    layer.gates = arena.take<float>(places * 4 * layer.hidden);
    layer.cell = behind(arena.take<float>((carried + places) * layer.hidden), carried * layer.hidden);
    layer.output = behind(arena.take<float>((carried + places) * layer.hidden), carried * layer.hidden);
    layer.bias = arena.take<float>(4 * layer.hidden);
  }
  lay_out_partial(arena, config);
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

/// A piece of the stage.
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

/// Windows before the end of a shard of the pass.
std::size_t Backpropagation::windows_until(std::size_t shard) const {
  if (carries()) return shard > 0 ? pass_.starts.size() : 0;
  return shard_begin(shard, pass_.starts.size());
}

void Backpropagation::start(std::size_t part, std::size_t parts) {
  first_shard_ = shard_count * part / parts;
  end_shard_ = shard_count * (part + 1) / parts;
  begin_ = end_ = windows_until(first_shard_);
  std::fill(losses_, losses_ + shard_count, 0.0);
  enter(Stage::select);
  if (!carries() || part == 0) return;
  const std::span<float> sums = partial();
  std::fill(sums.begin(), sums.end(), -0.0f);  // the number that changes none when it is added
  finish_forward();
  enter(Stage::done);
}

/// The next windows; only where the pass learns must the part be done at once.
void Backpropagation::select() {
  begin_ = end_;
  end_ = std::min(begin_ + capacity_, windows_until(end_shard_));
  if (pass_.batch_statistics) {
    batch_.select(pass_.starts, pass_.length);
    find_statistics();
  } else {
    std::copy(weights_->running_mean.begin(), weights_->running_mean.end(), mean_.begin());
    std::copy(weights_->running_var.begin(), weights_->running_var.end(), variance_.begin());
  }
  batch_.select(pass_.starts.subspan(begin_, rows()), pass_.length);
  normalise();
  if (!carries()) return enter(Stage::inputs);
  for (Layer& layer : layers_) {
    const std::size_t stride = rows() * layer.hidden;
    for (std::size_t w = 0; w < rows(); ++w) {
      if (!pass_.stretches[w].fresh) continue;
      std::fill_n(layer.cell.data() - stride + w * layer.hidden, layer.hidden, 0.0f);
      std::fill_n(layer.output.data() - stride + w * layer.hidden, layer.hidden, 0.0f);
    }
  }
  enter(Stage::inputs);
}

/// Over all places of all windows: sums over the distinct frames, weighted by how often each occurs.
void Backpropagation::find_statistics() {
  const auto total = static_cast<double>(pass_.starts.size() * pass_.length);
  const float* origin = begin_statistics(batch_.frame(0));
  for (std::size_t d = 0; d < batch_.distinct(); ++d) {
    const float* frame = frames_.data() + batch_.frame(d) * bins();
    kernels_.add_moments(bins(), frame, origin, batch_.count(d) / total, mean_.data(), variance_.data());
  }
  end_statistics(origin);
}

/// Deviations from one of the frames instead of the mean take one pass, and a bin that never varies has a variance of 0
/// to the bit.
const float* Backpropagation::begin_statistics(std::size_t frame) {
  std::fill(mean_.begin(), mean_.end(), 0.0);
  std::fill(variance_.begin(), variance_.end(), 0.0);
  return frames_.data() + frame * bins();
}

void Backpropagation::end_statistics(const float* origin) {
  for (std::size_t k = 0; k < bins(); ++k) {
    variance_[k] = std::max(0.0, variance_[k] - mean_[k] * mean_[k]);
    mean_[k] += origin[k];
  }
}

void Backpropagation::adopt_statistics(Weights& weights, std::span<const float> frames, std::span<const Clip> clips) {
  frames_ = frames;
  double total = 0;
  for (const Clip& clip : clips) total += static_cast<double>(clip.frames);
  const float* origin = begin_statistics(static_cast<std::size_t>(clips[0].start));
  for (const Clip& clip : clips) {
    for (std::uint64_t m = clip.start; m < clip.start + clip.frames; ++m) {
      const float* frame = frames_.data() + static_cast<std::size_t>(m) * bins();
      kernels_.add_moments(bins(), frame, origin, 1 / total, mean_.data(), variance_.data());
    }
  }
  end_statistics(origin);
  move_running_statistics(weights, 1, total);
}

void Backpropagation::move_running_statistics(Weights& weights) const {
  move_running_statistics(weights, norm_momentum, static_cast<double>(pass_.starts.size() * pass_.length));
}

/// The running variance is that of the population: n / (n − 1) times the one found.
void Backpropagation::move_running_statistics(Weights& weights, double momentum, double count) const {
  const auto move = [&](float& running, double value) {
    running = static_cast<float>((1 - momentum) * running + momentum * value);
  };
  for (std::size_t k = 0; k < bins(); ++k) {
    move(weights.running_mean[k], mean_[k]);
    move(weights.running_var[k], variance_[k] * count / (count - 1));
  }
}

void Backpropagation::normalise() {
  for (std::size_t k = 0; k < bins(); ++k) deviation_[k] = 1 / std::sqrt(variance_[k] + norm_epsilon);
  const std::span<const float> heard = pass_.heard.empty() ? frames_ : pass_.heard;
  for (std::size_t d = 0; d < batch_.distinct(); ++d) {
    kernels_.normalise(bins(), heard.data() + batch_.frame(d) * bins(), mean_.data(), deviation_.data(),
                       normalised_.data() + d * bins());
  }
}

void Backpropagation::multiply(const Product& product) {
  kernels_.multiply_all(product);
  spent_ += static_cast<std::uint64_t>(product.rows) * product.depth * product.columns;
}

/// The next rows of the product; true after the last. Its rows start in one bias or in zeros.
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

/// The input products of a layer, for all places.
void Backpropagation::inputs() {
  Layer& layer = layers_[layer_];
  if (piece_ == 0) pack_inputs();
  if (layer_ == 0) {
    if (!multiply_some(packed_.times(batch_.distinct(), normalised_.data(), layer.bias.data(), 0, shared_.data())))
      return;
    gather();
  } else if (!multiply_some(packed_.times(places(), layers_[layer_ - 1].output.data(), layer.bias.data(), 0,
                                          layer.gates.data()))) {
    return;
  }
  enter(Stage::recur, layer_);
}

/// γ and β become part of the first layer: (γx̂ + β)·Wᵀ = x̂·(Wγ)ᵀ + Wβ.
void Backpropagation::pack_inputs() {
  const LstmWeights& from = weights();
  Layer& layer = layers_[layer_];
  const std::size_t width = 4 * layer.hidden;
  packed_.fill_transposed(from.input.data(), width, from.input.cols());
  for (std::size_t g = 0; g < width; ++g) layer.bias[g] = from.input_bias[g] + from.recurrent_bias[g];
  if (layer_ > 0) return;
  multiply(packed_.times(1, weights_->norm_bias.data(), layer.bias.data(), 0, layer.bias.data()));
  packed_.scale_rows(weights_->norm_weight.data());
}

void Backpropagation::gather() {
  const std::size_t width = 4 * layers_[0].hidden;
  float* gates = layers_[0].gates.data();
  for (std::size_t t = 0; t < pass_.length; ++t) {
    for (std::size_t w = 0; w < rows(); ++w, gates += width) {
      std::memcpy(gates, shared_.data() + batch_.slot(t, w) * width, width * sizeof(float));
    }
  }
}

/// A step of a layer.
void Backpropagation::recur() {
  Layer& layer = layers_[layer_];
  const std::size_t hidden = layer.hidden;
  const std::size_t stride = rows() * hidden;  // of one time step
  const std::size_t t = piece_++;
  if (t == 0) packed_.fill_transposed(weights().recurrent.data(), 4 * hidden, hidden);
  float* gates = layer.gates.data() + 4 * t * stride;
  float* cell = layer.cell.data() + t * stride;
  float* output = layer.output.data() + t * stride;
  const bool recurs = t > 0 || carries();
  if (recurs) multiply(packed_.times(rows(), output - stride, gates, 4 * hidden, gates));
  kernels_.lstm_forward({rows(), hidden, gates, recurs ? cell - stride : nullptr, cell, output});
  if (piece_ < pass_.length) return;
  if (layer_ + 1 < layers_.size()) return enter(Stage::inputs, layer_ + 1);
  enter(Stage::predict);
}

/// The Dense layer on the outputs that are scored, the loss and its gradient.
void Backpropagation::predict() {
  const Layer& top = layers_.back();
  packed_.fill_transposed(weights_->dense_weight.data(), bins(), top.hidden);
  const float* outputs = top.output.data() + pass_.first_scored * rows() * top.hidden;
  multiply(packed_.times(scored_rows(), outputs, weights_->dense_bias.data(), 0, predictions_.data()));
  for (std::size_t shard = first_shard_; shard < end_shard_; ++shard) score(shard);
  if (end_ < windows_until(end_shard_)) return enter(Stage::select);
  finish_forward();
}

/// The losses of the shard's windows, and the gradient of the mean over all predictions of the pass.
void Backpropagation::score(std::size_t shard) {
  const double slope = 2 / static_cast<double>(pass_.scored * bins());
  const std::size_t end = std::min(windows_until(shard + 1), end_);
  for (std::size_t t = pass_.first_scored; t < pass_.length; ++t) {
    for (std::size_t w = std::max(windows_until(shard), begin_); w < end; ++w) {
      const std::size_t row = (t - pass_.first_scored) * rows() + w - begin_;
      float* gradient = errors_.data() + row * bins();
      if (carries() && t >= pass_.stretches[w].length) {
        std::fill_n(gradient, bins(), 0.0f);
        continue;
      }
      const float* target = frames_.data() + (batch_.start(w - begin_) + t + 1) * bins();
      const float* prediction = predictions_.data() + row * bins();
      for (std::size_t k = 0; k < bins(); ++k) {
        const double error = static_cast<double>(prediction[k]) - target[k];
        gradient[k] = static_cast<float>(slope * error);
        losses_[shard] += error * error;
      }
    }
  }
}

void Backpropagation::finish_forward() {
  for (std::size_t step = 1; step < end_shard_ - first_shard_; step *= 2) {
    for (std::size_t s = first_shard_; s < end_shard_; s += 2 * step) losses_[s] += losses_[s + step];
  }
  std::memcpy(partial().last(2).data(), &losses_[first_shard_], sizeof(double));
  enter(pass_.learns ? Stage::dense_gradient : Stage::done);
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

/// The factors of each shard for a sum over its places: a `[steps, windows, width]`, b `[steps, windows, columns]`.
void Backpropagation::set_factors(const float* a, std::size_t width, const float* b, std::size_t columns,
                                  std::size_t steps) {
  std::span<float> room = factors_block_;
  for (std::size_t shard = first_shard_; shard < end_shard_; ++shard) {
    const std::size_t first = windows_until(shard), run = windows_until(shard + 1) - first;
    const std::size_t skip = rows() - run;
    Factor& factor = factors_[shard];
    factor = {a + (first - begin_) * width, steps * run, run, skip * width, Packed(kernels_, room)};
    factor.b.fill_runs(b + (first - begin_) * columns, steps * run, columns, run,
                       static_cast<std::ptrdiff_t>(skip * columns));
    cut(room, kernels_.packed_size(steps * run, columns));
  }
}

/// to = the sum of term(shard, to) over the shards first .. first+count-1 as a balanced tree, `size` values.
template <class Term>
void Backpropagation::sum_tree(std::size_t first, std::size_t count, std::size_t size, float* to, const Term& term) {
  if (count == 1 || carries()) return term(factors_[first], to);
  const std::size_t half = count / 2;
  float* right = branches_.data() + half / 2 * (branches_.size() / 3);  // half is 4, 2 or 1
  sum_tree(first, half, size, to, term);
  sum_tree(first + half, half, size, right, term);
  kernels_.add(size, right, to);
}

/// The next rows of the gradient Σ aᵀ·b; true after the last.
bool Backpropagation::sum_shards(std::size_t width, std::size_t columns, std::span<float> gradient) {
  const std::size_t count = std::min(block_rows_, width - piece_);
  sum_tree(first_shard_, end_shard_ - first_shard_, count * columns, gradient.data() + piece_ * columns,
           [&](const Factor& factor, float* to) {
             Product product = factor.b.transposed_times(width, factor.a + piece_, to);
             product.rows = count;
             product.run = factor.run;
             product.skip = static_cast<std::ptrdiff_t>(factor.skip);
             multiply(product);
           });
  piece_ += count;
  return piece_ == width;
}

/// The sum of the rows of all left factors.
void Backpropagation::sum_rows(std::size_t width, std::span<float> sum) {
  sum_tree(first_shard_, end_shard_ - first_shard_, width, sum.data(), [&](const Factor& factor, float* to) {
    std::fill_n(to, width, 0.0f);
    for (std::size_t row = 0; row < factor.rows; ++row) {
      kernels_.add(width, factor.a + row * width + row / factor.run * factor.skip, to);
    }
  });
}

/// Of the Dense layer, and the gradient of the outputs below it.
void Backpropagation::dense_gradient() {
  const Layer& top = layers_.back();
  const std::size_t first = pass_.first_scored * rows() * top.hidden;
  if (piece_ == 0) {
    set_factors(errors_.data(), bins(), top.output.data() + first, top.hidden, pass_.length - pass_.first_scored);
    sum_rows(bins(), dense_bias_gradient_);
    packed_.fill(weights_->dense_weight.data(), bins(), top.hidden);
    multiply(packed_.times(scored_rows(), errors_.data(), nullptr, 0, above_.data() + first));
  }
  if (sum_shards(bins(), top.hidden, dense_gradient_)) enter(Stage::unroll, layers_.size() - 1);
}

/// Turns the activations of a layer at one step into the gradients before them, from the last step to the first.
void Backpropagation::unroll() {
  Layer& layer = layers_[layer_];
  const std::size_t hidden = layer.hidden;
  const std::size_t stride = rows() * hidden;
  const bool top = layer_ + 1 == layers_.size();
  if (piece_ == 0) {
    std::fill_n(cell_gradient_.data(), stride, 0.0f);
    packed_.fill(weights().recurrent.data(), 4 * hidden, hidden);
  }
  const std::size_t t = pass_.length - ++piece_;
  float* gates = layer.gates.data() + 4 * t * stride;
  const float* cell = layer.cell.data() + t * stride;
  const float* output_gradient = above_.data() + t * stride;
  if (t + 1 < pass_.length) {
    const bool scored = !top || t >= pass_.first_scored;  // the Dense layer sees only those
    const float* above = scored ? output_gradient : nullptr;
    multiply(packed_.times(rows(), gates + 4 * stride, above, hidden, output_gradient_.data()));
    output_gradient = output_gradient_.data();
  }
  const bool recurs = t > 0 || carries();
  kernels_.lstm_backward(
      {rows(), hidden, gates, recurs ? cell - stride : nullptr, cell, output_gradient, cell_gradient_.data()});
  if (t == 0) enter(Stage::recurrent_gradient, layer_);
}

/// Σ of δᵀ·h of the step before, over all steps that have one.
void Backpropagation::recurrent_gradient() {
  const Layer& layer = layers_[layer_];
  const std::size_t stride = rows() * layer.hidden;
  const std::size_t first = carries() ? 0 : 1;
  if (piece_ == 0) {
    set_factors(layer.gates.data() + first * 4 * stride, 4 * layer.hidden,
                layer.output.data() + first * stride - stride, layer.hidden, pass_.length - first);
  }
  if (sum_shards(4 * layer.hidden, layer.hidden, layer.recurrent_gradient)) enter(Stage::input_gradient, layer_);
}

void Backpropagation::input_gradient() {
  const Layer& layer = layers_[layer_];
  const std::size_t width = 4 * layer.hidden;
  if (piece_ == 0) {
    if (layer_ > 0) {
      set_factors(layer.gates.data(), width, layers_[layer_ - 1].output.data(), layer.inputs, pass_.length);
    } else {
      sum_frames();
    }
    sum_rows(width, layer.bias_gradient);
  }
  if (!sum_shards(width, layer.inputs, layer.input_gradient)) return;
  if (layer_ > 0) return enter(Stage::below, layer_);
  enter(Stage::done);
}

/// Of the first layer: the gate gradients δ of each distinct frame of a shard, whose product with x̂ is Ŵ = δᵀ·x̂.
void Backpropagation::sum_frames() {
  const std::size_t width = 4 * layers_[0].hidden;
  std::span<float> room = factors_block_;
  std::span<float> sums = shared_;
  for (std::size_t shard = first_shard_; shard < end_shard_; ++shard) {
    const std::size_t begin = windows_until(shard) - begin_, end = windows_until(shard + 1) - begin_;
    const std::size_t first = begin < end ? batch_.slot(0, begin) : 0;
    const std::size_t count = begin < end ? batch_.slot(pass_.length - 1, end - 1) + 1 - first : 0;
    float* const to = cut(sums, count * width).data();
    std::fill_n(to, count * width, 0.0f);
    for (std::size_t t = 0; t < pass_.length; ++t) {
      for (std::size_t w = begin; w < end; ++w) {
        kernels_.add(width, layers_[0].gates.data() + (t * rows() + w) * width,
                     to + (batch_.slot(t, w) - first) * width);
      }
    }
    factors_[shard] = {to, count, count, 0, Packed(kernels_, room)};
    factors_[shard].b.fill(normalised_.data() + first * bins(), count, bins());
    cut(room, kernels_.packed_size(count, bins()));
  }
}

/// The gradient of the outputs of the layer below.
void Backpropagation::below() {
  const Layer& layer = layers_[layer_];
  if (piece_ == 0) packed_.fill(weights().input.data(), 4 * layer.hidden, layer.inputs);
  if (multiply_some(packed_.times(places(), layer.gates.data(), nullptr, 0, above_.data()))) {
    enter(Stage::unroll, layer_ - 1);
  }
}

const std::vector<std::span<float>>& Backpropagation::finish(const Weights& weights) {
  norm_gradient(weights);
  return gradients_;
}

/// BatchNorm stands on the data, so nothing flows further down: with Ŵ = δᵀ·x̂,
/// ∂γ_k = Σ_g W_gk·Ŵ_gk,  ∂β_k = Σ_g W_gk·Σδ_g  and  ∂W_gk = γ_k·Ŵ_gk + β_k·Σδ_g.
void Backpropagation::norm_gradient(const Weights& weights) {
  const Array2<float>& input = weights.layers[0].input;
  std::fill(norm_sums_.begin(), norm_sums_.end(), 0.0);
  for (std::size_t g = 0; g < input.rows(); ++g) {
    kernels_.norm_gradient({bins(), input.row(g).data(), weights.norm_weight.data(), weights.norm_bias.data(),
                            layers_[0].bias_gradient[g], layers_[0].input_gradient.data() + g * bins(),
                            norm_sums_.data(), norm_sums_.data() + bins()});
  }
  for (std::size_t k = 0; k < norm_sums_.size(); ++k) norm_gradient_[k] = static_cast<float>(norm_sums_[k]);
}

void Backpropagation::carry() {
  for (const Layer& layer : layers_) {
    const std::size_t stride = rows() * layer.hidden;  // of one time step
    for (float* state : {layer.cell.data(), layer.output.data()}) {
      for (std::size_t w = 0; w < rows(); ++w) {
        const std::size_t length = pass_.stretches[w].length;
        float* const to = state - stride + w * layer.hidden;
        if (length > 0) std::copy_n(to + length * stride, layer.hidden, to);
      }
    }
  }
}

}  // namespace lodestone
