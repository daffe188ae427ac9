#include "mapping/gesture.hpp"

#include <algorithm>
#include <vector>

#include "errors/message.hpp"
#include "mapping/barycentre.hpp"
#include "mapping/spring.hpp"
#include "vector/lanes.hpp"

namespace lodestone {

namespace {

constexpr float cost_margin = 1.5f;       // a gesture may cost more than the takes cost one another
constexpr float least_allowance = 1e-3f;  // for each input, if all takes are equal: a deviation of 0.03
constexpr float usual_allowance = 0.12f;  // for each input, if there is a single take: a deviation of 0.35
constexpr float greatest_speed = 4.0f;
constexpr float smoothing = 1.0f / 8.0f;  // of the speed, per row

float natural_exponential(float x) { return exponential(splat<Floats<4>>(x))[0]; }

/// Cost ÷ threshold of the best match.
float relative_cost(const Spring& spring) { return spring.best().cost / spring.threshold(); }

bool overlap(const Match& a, const Match& b) { return a.first <= b.last && b.first <= a.last; }

/// How far a sequence has come: the alignment of its beginning whose cost is farthest below what is allowed. A gesture
/// that only begins has little to show, and one that goes wrong loses it.
struct Front {
  float margin = 0;
  std::size_t rows = 0;
};

Front front_of(const Spring& spring) {
  const float allowance = spring.threshold() / static_cast<float>(spring.size());
  Front front;
  for (std::size_t rows = 1; rows <= spring.size(); ++rows) {
    const float margin = allowance * static_cast<float>(rows) - spring.cost(rows);
    if (margin > front.margin) front = {margin, rows};
  }
  return front;
}

/// Spots sequences, each of a label, in the stream of inputs.
class GesturePart : public Part {
 public:
  PartKind kind() const override { return PartKind::gesture; }

  void archive(Archive& archive) override {
    archive.floats("sequences", rows);
    archive.integers("lengths", lengths);
    archive.integers("labels", labels);
    archive.doubles("allowances", allowances);
  }

  Status prepare(const MappingShape& shape) override {
    if (auto error = check(shape)) return error;
    springs_.clear();
    std::size_t first = 0;
    for (const std::uint32_t length : lengths) {
      const auto values = rows.all().subspan(first * rows.cols(), length * rows.cols());
      auto spring = Spring::create({values, rows.cols()});
      if (!spring) return spring.error();
      springs_.push_back(std::move(*spring));
      first += length;
    }
    return {};
  }

  void reset() override {
    for (Spring& spring : springs_) spring.reset();
  }

  void run(Live& live) override {
    for (std::size_t i = 0; i < springs_.size(); ++i) {
      const float tolerance = live.tolerances[labels[i]];  // of distances; costs are their squares
      const auto allowance = static_cast<float>(allowances[i]) * static_cast<float>(springs_[i].size());
      springs_[i].set_threshold(tolerance * tolerance * allowance);
      springs_[i].push(live.inputs);
    }
    decide(live);
    for (std::size_t label = 0; label < live.states.size(); ++label) follow(label, live.states[label]);
  }

  Array2<float> rows;                  ///< of all sequences, one after another, `[rows, inputs]`, standardised
  std::vector<std::uint32_t> lengths;  ///< rows of each sequence
  std::vector<std::uint32_t> labels;   ///< of each sequence
  std::vector<double> allowances;      ///< of each sequence: how much a row may cost

 private:
  Status check(const MappingShape& shape) const {
    std::uint64_t total = 0;  // lengths of a file may add up to more than 32 bits
    bool right = labels.size() == lengths.size() && allowances.size() == lengths.size() && rows.cols() == shape.inputs;
    for (std::size_t i = 0; right && i < lengths.size(); ++i) {
      total += lengths[i];
      right = lengths[i] > 0 && labels[i] < shape.labels && allowances[i] > 1e-6 && allowances[i] < 1e6;
    }
    right = right && total == rows.rows();
    for (const float value : rows.all()) right = right && value >= -100 && value <= 100;
    if (!right) return malformed("the gestures' sequences, lengths, labels and allowances do not fit");
    return {};
  }

  /// Reports a gesture if it is now clear that one has ended; of those that overlap, the likeliest.
  void decide(Live& live) {
    live.label = -1;
    live.label_confidence = 0;
    for (std::size_t i = 0; i < springs_.size(); ++i) {
      if (!springs_[i].is_decided()) continue;
      const Match match = springs_[i].best();
      const float cost = relative_cost(springs_[i]);
      const bool outdone = std::any_of(springs_.begin(), springs_.end(), [&](const Spring& other) {
        return overlap(other.best(), match) && relative_cost(other) < cost;
      });
      if (outdone) {
        springs_[i].forget(match.last);
        continue;
      }
      for (Spring& spring : springs_) spring.forget(match.last);
      live.label = static_cast<int>(labels[i]);
      live.label_confidence = natural_exponential(-cost);
      return;
    }
  }

  void follow(std::size_t label, LabelState& state) {
    Front front;
    const Spring* leader = nullptr;
    for (std::size_t i = 0; i < springs_.size(); ++i) {
      if (labels[i] != label) continue;
      const Front own = front_of(springs_[i]);
      if (own.margin <= front.margin) continue;
      front = own;
      leader = &springs_[i];
    }
    if (!leader) {
      state = {};
      return;
    }
    const auto size = static_cast<float>(leader->size());
    const float progress = static_cast<float>(front.rows) / size;
    if (state.progress > 0) {
      const float speed = std::clamp((progress - state.progress) * size, 0.0f, greatest_speed);
      state.speed += smoothing * (speed - state.speed);
      if (state.speed < 1e-3f) state.speed = 0;
    }
    state.progress = progress;
    state.likelihood = natural_exponential(-leader->cost(front.rows) / (progress * leader->threshold()));
  }

  std::vector<Spring> springs_;  ///< one for each sequence
};

using Sequences = std::vector<Sequence>;

/// The cost per row of the part of a take that resembles one of the sequences best.
Result<float> least_cost(const Sequences& sequences, const Sequence& take) {
  float least = Spring::never;
  for (const Sequence& sequence : sequences) {
    auto spring = Spring::create(sequence);
    if (!spring) return spring.error();
    for (std::size_t i = 0; i < take.rows(); ++i) {
      spring->push(take.row(i));
      least = std::min(least, spring->cost(spring->size()) / static_cast<float>(spring->size()));
    }
  }
  return least;
}

/// What is known of a label.
struct Learned {
  Array2<float> mean;  ///< of its takes, if they are averaged
  Sequences takes, sequences;
  float spread = 0;              ///< the greatest cost per row of a take if the others stand for the label
  float others = Spring::never;  ///< the least cost per row of a take of another label

  /// How much a row may cost: more than the takes cost one another, which few takes underestimate, but less than those
  /// of other labels if possible.
  float allowance() const {
    const auto inputs = static_cast<float>(takes[0].inputs), count = static_cast<float>(takes.size());
    const float usual = count > 1 ? cost_margin * spread * (count + 1) / (count - 1) : usual_allowance * inputs;
    const float between = std::max(spread, (spread + others) / 2);
    return std::max(std::min(usual, between), least_allowance * inputs);
  }
};

/// Learns the sequences of each label and finds by leave-one-out how much they may cost.
class GestureFit : public Fit {
 public:
  explicit GestureFit(bool average) : average_(average) {}

  Status begin(const TrainingSet& set) override {
    inputs_ = set.inputs.cols();
    labels_.clear();
    labels_.resize(set.labels);
    pairs_.clear();
    done_ = 0;
    error_ = {};
    for (const TrainingSet::Stretch& take : set.takes) {
      if (take.label < 0) continue;
      const auto values = set.inputs.all().subspan(take.first * inputs_, take.rows * inputs_);
      labels_[static_cast<std::size_t>(take.label)].takes.push_back({values, inputs_});
    }
    for (Learned& label : labels_) {
      for (const Learned& other : labels_) {
        for (std::size_t i = 0; !label.takes.empty() && i < other.takes.size(); ++i)
          pairs_.push_back({&label, &other, i});
      }
    }
    return {};
  }

  bool step(Budget& budget) override {
    do {
      if (done_ == pairs_.size() || error_) return false;
      error_ = compare(pairs_[done_]);
    } while (budget.spend(cost_of(pairs_[done_++])));
    return true;
  }

  double progress() const override {
    return pairs_.empty() ? 1 : static_cast<double>(done_) / static_cast<double>(pairs_.size());
  }

  Result<std::unique_ptr<Part>> part() const override {
    if (error_) return *error_;
    auto part = std::make_unique<GesturePart>();
    std::size_t total = 0;
    for (std::size_t label = 0; label < labels_.size(); ++label) {
      for (const Sequence& sequence : labels_[label].sequences) {
        total += sequence.rows();
        part->lengths.push_back(static_cast<std::uint32_t>(sequence.rows()));
        part->labels.push_back(static_cast<std::uint32_t>(label));
        part->allowances.push_back(static_cast<double>(labels_[label].allowance()));
      }
    }
    auto rows = Array2<float>::create(total, inputs_);
    if (!rows) return rows.error();
    float* to = rows->data();
    for (const Learned& label : labels_) {
      for (const Sequence& sequence : label.sequences)
        to = std::copy(sequence.values.begin(), sequence.values.end(), to);
    }
    part->rows = std::move(*rows);
    return std::unique_ptr<Part>(std::move(part));
  }

  void report(std::span<OutputReport>) const override {}

 private:
  /// A label and a take, of this label or another.
  struct Pair {
    Learned* label;
    const Learned* other;
    std::size_t take;
  };

  /// In multiply-adds, roughly.
  static std::int64_t cost_of(const Pair& pair) {
    std::size_t rows = 0;
    for (const Sequence& sequence : pair.label->takes) rows += sequence.values.size();
    return static_cast<std::int64_t>(rows * pair.other->takes[pair.take].rows());
  }

  Status compare(const Pair& pair) {
    Learned& label = *pair.label;
    if (label.sequences.empty()) {
      auto sequences = represent(label.takes, label.mean);
      if (!sequences) return sequences.error();
      label.sequences = std::move(*sequences);
    }
    return pair.other == &label ? leave_out(label, pair.take) : tell_apart(label, pair.other->takes[pair.take]);
  }

  Status tell_apart(Learned& label, const Sequence& take) const {
    const auto cost = least_cost(label.sequences, take);
    if (!cost) return cost.error();
    label.others = std::min(label.others, *cost);
    return {};
  }

  Status leave_out(Learned& label, std::size_t index) const {
    if (label.takes.size() < 2) return {};
    Sequences rest = label.takes;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
    Array2<float> mean;
    const auto sequences = represent(rest, mean);
    if (!sequences) return sequences.error();
    const auto cost = least_cost(*sequences, label.takes[index]);
    if (!cost) return cost.error();
    label.spread = std::max(label.spread, *cost);
    return {};
  }

  /// The sequences that stand for takes: all of them, or their barycentre, which is written to `mean`.
  Result<Sequences> represent(const Sequences& takes, Array2<float>& mean) const {
    if (!average_) return takes;
    auto barycentre_of = barycentre(takes);
    if (!barycentre_of) return barycentre_of.error();
    mean = std::move(*barycentre_of);
    return Sequences{{mean.all(), mean.cols()}};
  }

  bool average_;
  std::size_t inputs_ = 0;
  std::vector<Learned> labels_;
  std::vector<Pair> pairs_;  ///< every label with every take
  std::size_t done_ = 0;
  Status error_;
};

}  // namespace

std::unique_ptr<Fit> make_gesture_fit(const MappingConfig& config) {
  return std::make_unique<GestureFit>(config.average);
}

std::unique_ptr<Part> make_gesture_part() { return std::make_unique<GesturePart>(); }

}  // namespace lodestone
