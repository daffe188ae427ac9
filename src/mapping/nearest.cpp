#include "mapping/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "errors/message.hpp"
#include "mapping/sequence.hpp"

namespace lodestone {

namespace {

constexpr float beyond_all = 1e30f;   // above every distance and its square
constexpr float reach_margin = 1.5f;  // a new row may lie farther from the examples than they from one another

/// Votes of the nearest examples, each weighted by 1 ÷ its distance.
class NearestPart : public Part {
 public:
  PartKind kind() const override { return PartKind::nearest; }

  void archive(Archive& archive) override {
    archive.field("neighbours", neighbours);
    archive.floats("examples", examples);
    archive.integers("labels", labels);
    archive.doubles("weights", weights);
    archive.doubles("reach", reach);
  }

  Status prepare(const MappingShape& shape) override {
    if (auto error = check(shape)) return error;
    auto distances = Buffer<float>::create(examples.rows());
    auto votes = Buffer<float>::create(shape.labels);
    if (!distances) return distances.error();
    if (!votes) return votes.error();
    distances_ = std::move(*distances);
    votes_ = std::move(*votes);
    return {};
  }

  void run(Live& live) override {
    for (std::size_t i = 0; i < examples.rows(); ++i) distances_[i] = squared_distance(live.inputs, examples.row(i));
    const bool near = vote(live.tolerances);
    float total = 0;
    for (const float vote : votes_) total += vote;
    std::size_t likeliest = 0;
    for (std::size_t label = 0; label < votes_.size(); ++label) {
      live.states[label].likelihood = votes_[label] / total;
      if (votes_[label] > votes_[likeliest]) likeliest = label;
    }
    live.label = near ? static_cast<int>(likeliest) : -1;
    live.label_confidence = near ? live.states[likeliest].likelihood : 0.0f;
  }

  int neighbours = 1;
  Array2<float> examples;  ///< `[rows, inputs]`, standardised
  std::vector<std::uint32_t> labels;
  std::vector<double> weights;
  std::vector<double> reach;  ///< of each label: how far from an example of it a row may lie

 private:
  Status check(const MappingShape& shape) const {
    const std::size_t rows = examples.rows();
    if (rows == 0 || examples.cols() != shape.inputs || labels.size() != rows || weights.size() != rows) {
      return malformed("the classifier has {} examples of {} inputs, {} labels and {} weights; expected {} inputs",
                       rows, examples.cols(), labels.size(), weights.size(), shape.inputs);
    }
    if (reach.size() != shape.labels || neighbours < 1 || static_cast<std::size_t>(neighbours) > rows) {
      return malformed("the classifier has {} distances and {} neighbours; expected {} and up to {}", reach.size(),
                       neighbours, shape.labels, rows);
    }
    const auto within = [](double low, double high) {
      return [=](double value) { return value >= low && value <= high; };
    };
    if (!std::all_of(labels.begin(), labels.end(), within(0, static_cast<double>(shape.labels) - 1)) ||
        !std::all_of(weights.begin(), weights.end(), within(1e-6, 1e6)) ||
        !std::all_of(reach.begin(), reach.end(), within(0, beyond_all)) ||
        !std::all_of(examples.all().begin(), examples.all().end(), within(-100, 100))) {
      return malformed("the classifier's labels, weights, distances or examples are out of range");
    }
    return {};
  }

  /// Whether the nearest example is near enough. As many passes as neighbours: the work does not depend on the inputs.
  bool vote(std::span<const float> tolerances) {
    std::fill(votes_.begin(), votes_.end(), 0.0f);
    float closest = 0;
    bool near = false;
    for (int k = 0; k < neighbours; ++k) {
      const auto found =
          static_cast<std::size_t>(std::min_element(distances_.begin(), distances_.end()) - distances_.begin());
      const std::uint32_t label = labels[found];
      const float distance = std::sqrt(distances_[found]);
      if (k == 0) {
        closest = distance;
        near = distance <= static_cast<float>(reach[label]) * tolerances[label];
      }
      // Relative to the closest; examples that equal the inputs outweigh all others.
      votes_[label] += static_cast<float>(weights[found]) * (distance == closest ? 1.0f : closest / distance);
      distances_[found] = beyond_all;
    }
    return near;
  }

  Buffer<float> distances_;  ///< squared, from the inputs to each example
  Buffer<float> votes_;      ///< of each label
};

/// Finds by leave-one-out how far from its class a row may lie.
class NearestFit : public Fit {
 public:
  explicit NearestFit(int neighbours) : neighbours_(neighbours) {}

  Status begin(const TrainingSet& set) override {
    set_ = &set;
    rows_.clear();
    done_ = 0;
    own_.assign(set.labels, {});
    others_.assign(set.labels, beyond_all);
    for (const TrainingSet::Stretch& take : set.takes) {
      for (std::size_t i = 0; take.label >= 0 && i < take.rows; ++i) rows_.push_back({take.first + i, &take});
    }
    return {};
  }

  bool step(Budget& budget) override {
    do {
      if (done_ == rows_.size()) return false;
      leave_out(rows_[done_++]);
    } while (budget.spend(static_cast<std::int64_t>(rows_.size() * (set_->inputs.cols() + 8))));
    return true;
  }

  double progress() const override {
    return rows_.empty() ? 1 : static_cast<double>(done_) / static_cast<double>(rows_.size());
  }

  Result<std::unique_ptr<Part>> part() const override {
    auto part = std::make_unique<NearestPart>();
    auto examples = Array2<float>::create(rows_.size(), set_->inputs.cols());
    if (!examples) return examples.error();
    part->neighbours = static_cast<int>(std::min(static_cast<std::size_t>(neighbours_), rows_.size()));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto row = set_->inputs.row(rows_[i].index);
      std::copy(row.begin(), row.end(), examples->row(i).begin());
      part->labels.push_back(static_cast<std::uint32_t>(rows_[i].take->label));
      part->weights.push_back(static_cast<double>(rows_[i].take->weight));
    }
    part->examples = std::move(*examples);
    for (std::size_t label = 0; label < own_.size(); ++label) part->reach.push_back(reach_of(label));
    return std::unique_ptr<Part>(std::move(part));
  }

  void report(std::span<OutputReport>) const override {}

 private:
  struct Row {
    std::size_t index;
    const TrainingSet::Stretch* take;
  };

  /// The distance from an example to the nearest other of its class. Rows of one take follow one another closely, so
  /// that other takes count if there are any.
  void leave_out(const Row& row) {
    float same_take = beyond_all, other_takes = beyond_all;
    const auto label = static_cast<std::size_t>(row.take->label);
    for (const Row& other : rows_) {
      if (other.index == row.index) continue;
      const float distance = squared_distance(set_->inputs.row(row.index), set_->inputs.row(other.index));
      float& least = other.take->label != row.take->label ? others_[label]
                     : other.take == row.take             ? same_take
                                                          : other_takes;
      least = std::min(least, distance);
    }
    const float least = other_takes < beyond_all ? other_takes : same_take;
    if (least < beyond_all) own_[label].push_back(std::sqrt(least));
  }

  /// What 99 % of the examples do not exceed. For a single example, or equal ones, half the way to the next class.
  double reach_of(std::size_t label) const {
    std::vector<float> own = own_[label];
    if (!own.empty()) {
      const auto at = own.begin() + static_cast<std::ptrdiff_t>((own.size() - 1) * 99 / 100);
      std::nth_element(own.begin(), at, own.end());
      if (*at > 0) return static_cast<double>(reach_margin * *at);
    }
    return static_cast<double>(std::sqrt(others_[label]) / 2);
  }

  int neighbours_;
  const TrainingSet* set_ = nullptr;
  std::vector<Row> rows_;  ///< those with a label
  std::size_t done_ = 0;
  std::vector<std::vector<float>> own_;  ///< of each label: from each of its examples to the nearest other of them
  std::vector<float> others_;            ///< of each label: least squared distance to an example of another
};

}  // namespace

std::unique_ptr<Fit> make_nearest_fit(const MappingConfig& config) {
  return std::make_unique<NearestFit>(config.neighbours);
}

std::unique_ptr<Part> make_nearest_part() { return std::make_unique<NearestPart>(); }

}  // namespace lodestone
