#include "cli/map_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "facts/tables.hpp"

namespace lodestone::cli {
namespace {

constexpr std::size_t folds = 5;
constexpr std::size_t enough_takes = 10;  // to split by takes

/// Whether a row belongs to the part that is left out.
struct Fold {
  std::size_t number;
  bool by_takes;

  bool has(std::size_t take, std::size_t row) const { return (by_takes ? take : row) % folds == number; }
};

/// The rows of a take that belong to the part, or those that do not.
Result<Take> some_of(const Take& take, std::size_t index, const Fold& fold, bool inside) {
  std::vector<std::size_t> rows;
  for (std::size_t r = 0; r < take.inputs.rows(); ++r) {
    if (fold.has(index, r) == inside) rows.push_back(r);
  }
  auto inputs = Array2<float>::create(rows.size(), take.inputs.cols());
  auto targets = Array2<float>::create(take.targets.size() > 0 ? rows.size() : 0, take.targets.cols());
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(take.inputs.row(rows[r]).data(), inputs->cols(), inputs->row(r).data());
    if (targets->rows() > 0) std::copy_n(take.targets.row(rows[r]).data(), targets->cols(), targets->row(r).data());
  }
  return Take{std::move(*inputs), std::move(*targets), take.label, take.weight};
}

Result<Examples> without(const Examples& examples, const Fold& fold) {
  ExamplesConfig config;
  config.capacity = static_cast<int>(examples.capacity());
  auto rest = Examples::create(examples.names(), config);
  if (!rest) return rest;
  for (const std::string& label : examples.labels()) {
    if (auto number = rest->label(label); !number) return number.error();
  }
  for (std::size_t t = 0; t < examples.takes(); ++t) {
    auto take = some_of(examples.take(t), t, fold, false);
    if (!take) return take.error();
    if (take->inputs.rows() == 0) continue;
    if (auto added = rest->add(std::move(*take)); !added) return added.error();
  }
  return rest;
}

/// What has been found in all parts.
struct Score {
  std::vector<double> squares, rows;  ///< of each output
  double right = 0, labelled = 0;
};

/// A gesture is recognised if its take ends with its label, a class in every row.
void score_take(Mapping& mapping, const Take& take, bool gesture, Score& score) {
  mapping.reset();
  bool recognised = false;
  for (std::size_t r = 0; r < take.inputs.rows(); ++r) {
    mapping.run(take.inputs.row(r));
    recognised |= mapping.label() == take.label;
    if (!gesture && take.label >= 0) {
      score.right += mapping.label() == take.label ? 1 : 0;
      ++score.labelled;
    }
    for (std::size_t o = 0; o < score.squares.size() && take.targets.size() > 0; ++o) {
      const auto& [name, low, high] = mapping.names().outputs[o];
      const double error =
          (static_cast<double>(mapping.outputs()[o]) - static_cast<double>(take.targets(r, o))) / (high - low);
      if (std::isnan(error)) continue;
      score.squares[o] += error * error;
      ++score.rows[o];
    }
  }
  if (!gesture || take.label < 0) return;
  score.right += recognised ? 1 : 0;
  ++score.labelled;
}

Result<Score> evaluate(const Examples& examples, const MappingSettings& settings, Host& host) {
  const std::size_t outputs = examples.names().outputs.size();
  const bool gesture = settings.config.recognition == Recognition::gesture;
  Score score{std::vector<double>(outputs), std::vector<double>(outputs)};
  for (std::size_t number = 0; number < folds; ++number) {
    // A gesture is not learned from some of its rows.
    const Fold fold{number, (gesture && !examples.labels().empty()) || examples.takes() >= enough_takes};
    const auto rest = without(examples, fold);
    if (!rest) return rest.error();
    auto model = train_mapping(*rest, settings, host);
    if (!model) return model.error();
    auto mapping = Mapping::create(std::move(*model), false);
    if (!mapping) return mapping.error();
    for (std::size_t t = 0; t < examples.takes(); ++t) {
      const auto take = some_of(examples.take(t), t, fold, true);
      if (!take) return take.error();
      score_take(*mapping, *take, gesture, score);
    }
  }
  return score;
}

/// A way to learn, and the name of its row.
struct Candidate {
  std::string name;
  Regression model = Regression::kernel;
  int degree = 1;
};

Status evaluate_outputs(const Examples& examples, MappingSettings settings, Host& host, Report& report) {
  if (examples.names().outputs.empty()) return {};
  std::vector<std::string> columns{"model"};
  for (const MappingOutput& output : examples.names().outputs) columns.push_back(output.name);
  auto& table = report.table("errors", columns);
  const Candidate candidates[] = {{"kernel"},
                                  {"mlp", Regression::mlp},
                                  {"linear", Regression::linear},
                                  {"linear, degree 2", Regression::linear, 2}};
  for (const auto& [name, model, degree] : candidates) {
    settings.config.model = model;
    settings.config.degree = degree;
    const auto score = evaluate(examples, settings, host);
    if (!score) return score.error();
    std::vector<Value> row{name};
    for (std::size_t o = 0; o < columns.size() - 1; ++o)
      row.emplace_back(std::sqrt(score->squares[o] / score->rows[o]));
    table.rows.push_back(std::move(row));
  }
  return {};
}

Status evaluate_labels(const Examples& examples, MappingSettings settings, Host& host, Report& report) {
  if (examples.labels().empty()) return {};
  auto& table = report.table("labels", {"model", "recognised"});
  for (const Recognition recognition : {Recognition::nearest, Recognition::gesture}) {
    settings.config.recognition = recognition;
    const auto score = evaluate(examples, settings, host);
    if (!score) return score.error();
    table.rows.push_back({std::string(enumerator_name(recognition)), score->right / score->labelled});
  }
  return {};
}

}  // namespace

Result<MappingModel> train_mapping(const Examples& examples, const MappingSettings& settings, Host& host,
                                   const std::function<void(double share)>& on_progress) {
  auto trainer = MappingTrainer::create(settings);
  if (!trainer) return trainer.error();
  if (auto error = trainer->begin(examples)) return *error;
  while (trainer->step()) {
    if (host.cancelled()) return Error{ErrorCode::cancelled, "stopped"};
    if (on_progress) on_progress(trainer->progress());
  }
  return trainer->model();
}

Status evaluate_models(const Examples& examples, const MappingSettings& settings, Host& host, Report& report) {
  if (auto error = evaluate_outputs(examples, settings, host, report)) return error;
  return evaluate_labels(examples, settings, host, report);
}

}  // namespace lodestone::cli
