#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/message.hpp"
#include "mapping/content.hpp"
#include "mapping/gesture.hpp"
#include "mapping/nearest.hpp"
#include "mapping/plan.hpp"

namespace lodestone {

struct MappingTrainer::State {
  MappingSettings settings;
  MappingNames names{};
  std::vector<std::string> labels{};
  Standardisation standardisation{};
  TrainingSet set{};
  std::vector<Lot> lots{};
  /// One for each lot, and one for the labels if there are any.
  std::vector<std::unique_ptr<Fit>> fits{};
  std::size_t current = 0;  ///< the fit that is being trained
  bool over = false;

  Status copy(const Examples& examples);
  void copy_take(const Take& take, std::size_t first);
  Status plan_fits();
};

namespace {

bool has_labels(const TrainingSet& set) {
  return std::any_of(set.takes.begin(), set.takes.end(), [](const auto& take) { return take.label >= 0; });
}

std::size_t rows_with_weight(const Examples& examples) {
  std::size_t rows = 0;
  for (std::size_t t = 0; t < examples.takes(); ++t) {
    rows += examples.weight(t) > 0 ? examples.take(t).inputs.rows() : 0;
  }
  return rows;
}

}  // namespace

Status MappingTrainer::State::copy(const Examples& examples) {
  Standardisation fresh(examples);
  if (standardisation.is_near(fresh)) {
    standardisation.take_ranges(std::move(fresh));
  } else {
    standardisation = std::move(fresh);
  }
  names = examples.names();
  labels.assign(examples.labels().begin(), examples.labels().end());
  const std::size_t rows = rows_with_weight(examples);
  auto inputs = Array2<float>::create(rows, names.inputs.size());
  auto targets = Array2<float>::create(rows, names.outputs.size());
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  set.inputs = std::move(*inputs);
  set.targets = std::move(*targets);
  set.takes.clear();
  set.labels = labels.size();
  std::size_t first = 0;
  for (std::size_t t = 0; t < examples.takes(); ++t) {
    const Take& take = examples.take(t);
    if (examples.weight(t) == 0) continue;
    copy_take(take, first);
    set.takes.push_back({first, take.inputs.rows(), take.label, examples.weight(t)});
    first += take.inputs.rows();
  }
  return {};
}

void MappingTrainer::State::copy_take(const Take& take, std::size_t first) {
  for (std::size_t r = 0; r < take.inputs.rows(); ++r) {
    for (std::size_t i = 0; i < set.inputs.cols(); ++i) {
      set.inputs(first + r, i) = standardisation.apply(i, take.inputs(r, i));
    }
    for (std::size_t o = 0; o < set.targets.cols(); ++o) {
      const auto& [name, low, high] = names.outputs[o];
      set.targets(first + r, o) =
          take.targets.size() > 0 ? static_cast<float>((static_cast<double>(take.targets(r, o)) - low) / (high - low))
                                  : std::numeric_limits<float>::quiet_NaN();
    }
  }
}

/// Keeps the fits of the training before if they have the same tasks.
Status MappingTrainer::State::plan_fits() {
  auto fresh = plan(set, settings);
  if (fresh.empty() && !has_labels(set)) return refused("there are no examples to learn from");
  if (fresh != lots || fits.empty()) {
    fits.clear();
    for (const Lot& lot : fresh) fits.push_back(make_fit(lot, settings.config));
  }
  lots = std::move(fresh);
  fits.resize(lots.size());
  if (has_labels(set)) {
    const bool nearest = settings.config.recognition == Recognition::nearest;
    fits.push_back(nearest ? make_nearest_fit(settings.config) : make_gesture_fit(settings.config));
  }
  for (const auto& fit : fits) {
    if (auto bad = fit->begin(set)) return bad;
  }
  return {};
}

MappingTrainer::MappingTrainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
MappingTrainer::MappingTrainer(MappingTrainer&&) noexcept = default;
MappingTrainer& MappingTrainer::operator=(MappingTrainer&&) noexcept = default;
MappingTrainer::~MappingTrainer() = default;

Result<MappingTrainer> MappingTrainer::create(MappingSettings settings) {
  return MappingTrainer(std::unique_ptr<State>(new State{std::move(settings)}));
}

Status MappingTrainer::begin(const Examples& examples) {
  state_->over = false;
  state_->current = state_->fits.size();
  if (auto bad = state_->settings.check(examples.names())) return bad;
  if (auto bad = state_->copy(examples)) return bad;
  if (auto bad = state_->plan_fits()) return bad;
  state_->current = 0;
  return {};
}

bool MappingTrainer::step(Budget budget) {
  State& s = *state_;
  while (s.current < s.fits.size()) {
    if (s.fits[s.current]->step(budget)) return true;
    s.over = ++s.current == s.fits.size();
    if (budget.left <= 0) break;
  }
  return s.current < s.fits.size();
}

double MappingTrainer::progress() const {
  const State& s = *state_;
  if (s.current == s.fits.size()) return s.over ? 1 : 0;
  return (static_cast<double>(s.current) + s.fits[s.current]->progress()) / static_cast<double>(s.fits.size());
}

double MappingTrainer::loss() const {
  const State& s = *state_;
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < std::min(s.current + 1, s.fits.size()); ++i) {
    const double loss = s.fits[i]->loss();
    if (std::isnan(loss)) continue;
    sum += loss;
    ++count;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

Result<MappingModel> MappingTrainer::model() const {
  const State& s = *state_;
  if (!s.over) return refused("the training is not over");
  auto content = std::make_unique<MappingModel::Content>();
  content->names = s.names;
  content->labels = s.labels;
  content->settings = s.settings;
  content->standardisation = s.standardisation;
  content->reports.resize(s.names.outputs.size());
  for (const auto& fit : s.fits) {
    auto part = fit->part();
    if (!part) return part.error();
    content->parts.push_back(std::move(*part));
    fit->report(content->reports);
  }
  if (auto bad = content->prepare()) return *bad;
  return MappingModel(std::move(content));
}

}  // namespace lodestone
