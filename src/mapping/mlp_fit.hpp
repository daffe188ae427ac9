#pragma once

#include <limits>
#include <vector>

#include "lodestone/random.hpp"
#include "mapping/mlp.hpp"

namespace lodestone {

/// Gradients and moments of a layer, as large as its weights.
struct MlpMoments {
  Array2<float> gradient, mean, variance;
};

/// Adds to the gradients those of Σ factor·(y − target)² / 2 at one row; `activations` and `deltas` have room for
/// MlpNetwork::activations, `target` for the padded outputs (the padding of `deltas` is 0 without a target).
void add_gradient(const MlpNetwork& network, const float* x, std::span<const float> target, float factor,
                  float* activations, float* deltas, std::span<MlpMoments> gradients);

/// Trains an MlpPart with Adam on batches of 16 rows in random order. Of ten rows or more, a tenth is held out;
/// training stops when the loss of these has not fallen for `patience` epochs, and the network is the one with the
/// least. It starts with the weights of the training before, if there was one.
class MlpFit : public Fit {
 public:
  MlpFit(Task task, const MappingConfig& config) : task_(std::move(task)), config_(config), random_(config.seed) {}

  Status begin(const TrainingSet& set) override;
  bool step(Budget& budget) override;
  double progress() const override;
  double loss() const override { return loss_; }
  Result<std::unique_ptr<Part>> part() const override;
  void report(std::span<OutputReport> reports) const override;

 private:
  Status take_memory();
  void split();
  void shuffle(std::vector<std::uint32_t>& rows);
  void train_batch();
  void adapt();
  void finish_epoch();
  /// Whether it is the best so far.
  bool measure();
  const std::vector<std::uint32_t>& measured() const { return held_out_.empty() ? learned_ : held_out_; }

  Task task_;
  MappingConfig config_;
  Random random_;
  Lesson lesson_;
  Array2<float> targets_;  ///< of the lesson, `[rows, outputs]`
  MlpNetwork network_, best_;
  std::vector<MlpMoments> moments_;
  Buffer<float> activations_, deltas_;
  std::vector<std::uint32_t> learned_, held_out_;
  std::size_t next_ = 0;  ///< of the learned rows
  int epoch_ = 0, best_epoch_ = 0;
  double mean_share_ = 1,
         variance_share_ = 1;  ///< of Adam's moments that they started with: 0.9 and 0.999 to the steps
  double loss_ = std::numeric_limits<double>::quiet_NaN(), least_ = 0;
  std::vector<double> errors_;  ///< mean squares at the best epoch
  bool over_ = true;
  Status failure_;
};

}  // namespace lodestone
