#include "mapping/mlp_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "errors/first_error.hpp"
#include "mapping/sums.hpp"

namespace lodestone {

namespace {

constexpr std::size_t batch = 16;

/// One step of Adam (Kingma & Ba 2015). Squares of gradients below 1e-15 would be subnormal.
void adam(MlpMoments& moments, float step_size, float correction, float* weights) {
  for (std::size_t i = 0; i < moments.gradient.size(); i += 4) {
    const Four gradient = scrub(load<Four>(moments.gradient.data() + i), 1e-15f);
    const Four mean = scrub(0.9f * load<Four>(moments.mean.data() + i) + 0.1f * gradient, 1e-30f);
    const Four variance =
        scrub(0.999f * load<Four>(moments.variance.data() + i) + 0.001f * (gradient * gradient), 1e-30f);
    store(moments.mean.data() + i, mean);
    store(moments.variance.data() + i, variance);
    const Four change = step_size * mean / (square_root(variance) * correction + 1e-8f);
    store(weights + i, scrub(load<Four>(weights + i) - change, kLeast));
  }
}

void fill_zero(Array2<float>& array) { std::fill(array.all().begin(), array.all().end(), 0.0f); }

}  // namespace

void add_gradient(const MlpNetwork& network, const float* x, std::span<const float> target, float factor,
                  float* activations, float* deltas, std::span<MlpMoments> gradients) {
  const std::size_t all = network.activations();
  const float* y = network.run(x, activations);
  float* delta = deltas + (y - activations);
  for (std::size_t o = 0; o < target.size(); ++o) delta[o] = factor * (y[o] - target[o]);
  std::fill(delta + target.size(), deltas + all, 0.0f);
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    const MlpLayer& layer = network.layers[l];
    Array2<float>& gradient = gradients[l].gradient;
    const std::size_t inputs = layer.inputs(), units = layer.units();
    const float* from = l == 0 ? x : activations + (delta - deltas) - inputs;
    for (std::size_t i = 0; i < inputs; ++i) add_scaled(from[i], delta, gradient.row(i).data(), units);
    add_scaled(1.0f, delta, gradient.row(inputs).data(), units);
    if (l == 0) break;
    float* const below = delta - inputs;
    for (std::size_t i = 0; i < inputs; ++i) {
      const float slope = dot(layer.weights.row(i).data(), delta, units) * (1 - from[i] * from[i]);
      below[i] = std::abs(slope) < kLeast ? 0 : slope;
    }
    delta = below;
  }
}

Status MlpFit::begin(const TrainingSet& set) {
  over_ = true;
  failure_ = {};
  auto lesson = make_lesson(set, task_);
  if (!lesson) return lesson.error();
  lesson_ = std::move(*lesson);
  if (network_.layers.empty()) {
    auto fresh = MlpNetwork::create(task_.inputs.size(), config_.layers, task_.outputs.size(), random_);
    if (!fresh) return fresh.error();
    network_ = std::move(*fresh);
  }
  if (auto bad = take_memory()) return bad;
  split();
  next_ = 0;
  epoch_ = best_epoch_ = 0;
  mean_share_ = variance_share_ = 1;
  loss_ = std::numeric_limits<double>::quiet_NaN();
  least_ = std::numeric_limits<double>::infinity();
  over_ = false;
  return {};
}

Status MlpFit::take_memory() {
  FirstError error;
  error.take(targets_, Array2<float>::create(lesson_.rows(), task_.outputs.size()));
  error.take(activations_, Buffer<float>::create(network_.activations()));
  error.take(deltas_, Buffer<float>::create(network_.activations()));
  moments_.clear();
  for (const MlpLayer& layer : network_.layers) {
    MlpMoments& moments = moments_.emplace_back();
    for (Array2<float>* array : {&moments.gradient, &moments.mean, &moments.variance}) {
      error.take(*array, Array2<float>::create(layer.weights.rows(), layer.weights.cols()));
    }
  }
  if (error) return *error;
  for (std::size_t r = 0; r < lesson_.rows(); ++r) {
    for (std::size_t o = 0; o < task_.outputs.size(); ++o) {
      targets_(r, o) = static_cast<float>(lesson_.targets(o, r));
    }
  }
  return {};
}

void MlpFit::split() {
  learned_.resize(lesson_.rows());
  std::iota(learned_.begin(), learned_.end(), 0u);
  shuffle(learned_);
  const auto end = learned_.end() - static_cast<std::ptrdiff_t>(lesson_.rows() / 10);
  held_out_.assign(end, learned_.end());
  learned_.erase(end, learned_.end());
}

void MlpFit::shuffle(std::vector<std::uint32_t>& rows) {
  for (std::size_t i = rows.size(); i > 1; --i) {
    std::swap(rows[i - 1], rows[random_.below(static_cast<std::uint32_t>(i))]);
  }
}

bool MlpFit::step(Budget& budget) {
  std::int64_t weights = 0;
  for (const MlpLayer& layer : network_.layers) weights += static_cast<std::int64_t>(layer.weights.size());
  while (!over_) {
    train_batch();
    if (next_ == learned_.size()) finish_epoch();
    if (!budget.spend(4 * weights * static_cast<std::int64_t>(batch))) break;
  }
  return !over_;
}

void MlpFit::train_batch() {
  if (next_ == 0) shuffle(learned_);
  for (MlpMoments& moments : moments_) fill_zero(moments.gradient);
  const std::size_t end = std::min(next_ + batch, learned_.size());
  const float share = 1 / static_cast<float>(end - next_);
  for (; next_ < end; ++next_) {
    const std::uint32_t row = learned_[next_];
    add_gradient(network_, lesson_.inputs.row(row).data(), targets_.row(row), share * lesson_.weights[row],
                 activations_.data(), deltas_.data(), moments_);
  }
  adapt();
}

void MlpFit::adapt() {
  mean_share_ *= 0.9;
  variance_share_ *= 0.999;
  const auto step_size = static_cast<float>(config_.learning_rate / (1 - mean_share_));
  const auto correction = static_cast<float>(1 / std::sqrt(1 - variance_share_));
  for (std::size_t l = 0; l < moments_.size(); ++l) {
    adam(moments_[l], step_size, correction, network_.layers[l].weights.data());
  }
}

void MlpFit::finish_epoch() {
  next_ = 0;
  ++epoch_;
  if (measure()) {
    auto copy = network_.clone();
    if (copy) {
      best_ = std::move(*copy);
    } else {
      failure_ = copy.error();
    }
    best_epoch_ = epoch_;
  }
  over_ = failure_ || epoch_ >= config_.epochs || epoch_ - best_epoch_ >= config_.patience || least_ < 1e-9;
  if (!over_ || failure_) return;
  network_ = std::move(best_);
}

bool MlpFit::measure() {
  std::vector<MeanSquare> errors(task_.outputs.size());
  for (const std::uint32_t row : measured()) {
    const float* y = network_.run(lesson_.inputs.row(row).data(), activations_.data());
    for (std::size_t o = 0; o < errors.size(); ++o) {
      errors[o].add(static_cast<double>(y[o] - targets_(row, o)), static_cast<double>(lesson_.weights[row]));
    }
  }
  loss_ = 0;
  for (const MeanSquare& error : errors) loss_ += error.value() / static_cast<double>(errors.size());
  if (!(loss_ < least_)) return false;
  least_ = loss_;
  errors_.clear();
  for (const MeanSquare& error : errors) errors_.push_back(error.value());
  return true;
}

double MlpFit::progress() const { return over_ ? 1 : static_cast<double>(epoch_) / config_.epochs; }

Result<std::unique_ptr<Part>> MlpFit::part() const {
  if (failure_) return *failure_;
  auto network = network_.clone();
  if (!network) return network.error();
  auto part = std::make_unique<MlpPart>();
  part->task = task_;
  part->network = std::move(*network);
  part->scales = lesson_.deviations;
  part->offsets = lesson_.means;
  return std::unique_ptr<Part>(std::move(part));
}

void MlpFit::report(std::span<OutputReport> reports) const {
  for (std::size_t o = 0; o < task_.outputs.size(); ++o) {
    reports[task_.outputs[o]] = {std::sqrt(errors_[o]) * lesson_.deviations[o], lesson_.rows(), lesson_.rows()};
  }
}

}  // namespace lodestone
