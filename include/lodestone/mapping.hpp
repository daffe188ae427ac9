#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lodestone/array.hpp"
#include "lodestone/budget.hpp"
#include "lodestone/facts/mapping.hpp"
#include "lodestone/result.hpp"

/// Mapping by demonstration: takes of inputs with the outputs, or the label, that belong to them; models that learn
/// from them; and a mapping that runs on the audio thread.
///
///     lodestone::Examples examples({{"x", "y"}, {{"cutoff"}}});
///     examples.add({.inputs = rows, .targets = values});
///     lodestone::MappingTrainer trainer({});
///     trainer.begin(examples);
///     while (trainer.step()) {}
///     lodestone::Mapping mapping(trainer.model().value());
///     mapping.run(inputs);  // real-time safe
///     use(mapping.outputs());
namespace lodestone {

/// An output and its range; targets and results are clamped to it.
struct MappingOutput {
  std::string name;
  double low = 0, high = 1;

  bool operator==(const MappingOutput&) const = default;
};

/// What is mapped to what: 1 to 1024 inputs, up to 256 outputs; names differ and are not empty.
struct MappingNames {
  std::vector<std::string> inputs;
  std::vector<MappingOutput> outputs;

  Status check() const;
  bool operator==(const MappingNames&) const = default;
};

/// One recording.
struct Take {
  Array2<float> inputs;   ///< `[rows, inputs]`
  Array2<float> targets;  ///< `[rows, outputs]`, or one row for all; NaN teaches an output nothing; may be empty
  int label = -1;         ///< of the whole take, see Examples::label; −1: none
  float weight = 1;       ///< how much it counts beside other takes; 0: it is not learned
};

/// The takes that models learn from, with undo and redo. Not for the audio thread.
class Examples {
 public:
  explicit Examples(MappingNames names, const ExamplesConfig& config = {})
      : Examples(create(std::move(names), config).value()) {}
  static Result<Examples> create(MappingNames names, const ExamplesConfig& config = {});
  Examples(Examples&&) noexcept;
  Examples& operator=(Examples&&) noexcept;
  ~Examples();

  const MappingNames& names() const;
  std::span<const std::string> labels() const;
  /// The number of that label, which is added if it is new; at most 256.
  Result<int> label(std::string_view name);

  /// What `add` did.
  struct Added {
    std::size_t rows = 0;     ///< rows that were kept
    std::size_t dropped = 0;  ///< rows left out because an input was not finite
    std::size_t evicted = 0;  ///< oldest takes pushed out by the capacity
  };
  /// Adds a take. Refused, and nothing is changed: shapes that do not fit the names, a take of which no row is left,
  /// one with more rows than the capacity, and one without targets and label.
  Result<Added> add(Take take);
  /// Removes the take at that index, or all.
  Status remove(std::size_t index);
  void clear();
  /// 0 to 1000; 0 keeps the take, but it is not learned.
  Status weigh(std::size_t index, float weight);

  /// Takes back the last change (`add` with what it pushed out, `remove`, `clear`, `weigh`), or repeats it; false if
  /// there is none. All changes can be undone, except when takes that only they refer to exceed the capacity.
  bool undo();
  bool redo();
  /// From now on, what has been done cannot be undone.
  void forget();

  std::size_t capacity() const;
  std::size_t takes() const;
  std::size_t rows() const;
  /// Its targets have as many rows as its inputs, or none if the take has only a label.
  const Take& take(std::size_t index) const;
  float weight(std::size_t index) const;

 private:
  struct History;
  explicit Examples(std::unique_ptr<History> history);
  std::unique_ptr<History> history_;
};

/// What an output chooses for itself.
struct OutputChoice {
  Regression model = Regression::kernel;
  std::vector<std::uint32_t> inputs{};  ///< ascending indices of the inputs that it reads; empty: all

  bool operator==(const OutputChoice&) const = default;
};

/// All settings of a mapping.
struct MappingSettings {
  MappingConfig config;
  std::vector<OutputChoice> outputs;  ///< one for each output; empty: all inputs and `config.model`

  Status check(const MappingNames& names) const;
};

/// How well an output was learned.
struct OutputReport {
  double error = 0;      ///< leave-one-out (`mlp`: of what was held out): root mean square, as a share of the range
  std::size_t rows = 0;  ///< rows that teach this output
  std::size_t rows_used = 0;  ///< of them; fewer if `kernel` had to choose
};

/// What a training found, in a form that can be copied to other instances and threads: the bytes are only valid for
/// this release, see mapping_file.hpp for files.
class MappingModel {
 public:
  MappingModel(MappingModel&&) noexcept;
  MappingModel& operator=(MappingModel&&) noexcept;
  ~MappingModel();

  const MappingNames& names() const;
  std::span<const std::string> labels() const;
  const MappingSettings& settings() const;
  /// One for each output; rows is 0 for an output that no take teaches: it stays in the middle of its range.
  std::span<const OutputReport> reports() const;

  Result<MappingModel> clone() const;
  Result<Buffer<std::byte>> bytes() const;
  /// Refuses bytes of another release, and damaged ones.
  static Result<MappingModel> from_bytes(std::span<const std::byte> bytes);

  struct Content;
  explicit MappingModel(std::unique_ptr<Content> content);
  Content& content() const { return *content_; }

 private:
  friend class Mapping;
  std::unique_ptr<Content> content_;
};

/// Learns from examples, in slices. Keep it between trainings: it starts from what it knows.
class MappingTrainer {
 public:
  explicit MappingTrainer(MappingSettings settings) : MappingTrainer(create(std::move(settings)).value()) {}
  static Result<MappingTrainer> create(MappingSettings settings);
  MappingTrainer(MappingTrainer&&) noexcept;
  MappingTrainer& operator=(MappingTrainer&&) noexcept;
  ~MappingTrainer();

  /// Copies what it needs of the examples. Refused: examples without a row to learn from.
  Status begin(const Examples& examples);
  /// Works on; false once training is over. To cancel, do not call it any more.
  bool step(Budget budget = {1 << 20});
  /// The share that is done, 0 to 1 (`mlp`: of its most epochs).
  double progress() const;
  /// Mean squared error of `mlp` on what it holds out, as a share of the variance; NaN before the first epoch or
  /// without `mlp`.
  double loss() const;
  /// The model of the training that `step` has finished.
  Result<MappingModel> model() const;

 private:
  struct State;
  explicit MappingTrainer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// How the inputs relate to a label.
struct LabelState {
  float likelihood = 0;  ///< of the class, or of the gesture under way, 0 to 1
  float progress = 0;    ///< of the gesture, 0 to 1; of a class: 0
  float speed = 1;       ///< of the gesture ÷ that of its example; of a class: 1
};

/// Runs a model. After `create`, nothing allocates, locks or takes longer than at other times; one object per thread.
class Mapping {
 public:
  explicit Mapping(MappingModel model) : Mapping(create(std::move(model)).value()) {}
  /// `spread`: whether the confidences may lag behind, see there.
  static Result<Mapping> create(MappingModel model, bool spread = true);
  Mapping(Mapping&&) noexcept;
  Mapping& operator=(Mapping&&) noexcept;
  ~Mapping();

  const MappingNames& names() const;
  std::span<const std::string> labels() const;

  /// Computes everything below from the inputs `[inputs]`. One that is not finite keeps its last value (the mean of the
  /// examples at first). Gestures follow the calls with `is_row`, which should come at the rate at which takes were
  /// recorded; the others leave `label` at −1.
  void run(std::span<const float> inputs, bool is_row = true);
  /// Returns to the state after `create`.
  void reset();

  /// Within their ranges, never NaN.
  std::span<const float> outputs() const;
  /// How much each output can be relied on, 0 to 1: it falls with the distance from the examples. That of `kernel`
  /// follows the variance, which is so dear that it may be spread over 16 calls: it then belongs to inputs 16 to 31
  /// calls ago.
  std::span<const float> confidences() const;

  /// One for each label.
  std::span<const LabelState> states() const;
  /// The class of the inputs, −1: none of them; with Recognition::gesture the gesture that ended with these inputs,
  /// −1: none. Of two that end at once, the likelier one.
  int label() const;
  /// The likelihood of `label()`.
  float label_confidence() const;
  /// Multiplies the distance within which that label is recognised, from 0.01 to 100; 1 at first.
  void set_tolerance(std::size_t label, float factor);

 private:
  struct Engine;
  explicit Mapping(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone
