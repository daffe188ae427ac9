#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/mapping.hpp"
#include "mapping/history.hpp"

namespace lodestone {

struct Examples::History {
  MappingNames names;
  std::size_t capacity;
  std::vector<std::string> labels{};
  TakeList list{};
};

namespace {

constexpr std::size_t most_labels = 256;
constexpr float most_weight = 1000;

Status check_weight(float weight) {
  if (weight >= 0 && weight <= most_weight) return {};
  return out_of_range("weight", static_cast<double>(weight), "0 to 1000");
}

Status check_take(const Take& take, const MappingNames& names, std::size_t labels) {
  const std::size_t rows = take.inputs.rows(), outputs = names.outputs.size();
  if (take.inputs.cols() != names.inputs.size()) {
    return refused("a take has {} inputs; expected {}", take.inputs.cols(), names.inputs.size());
  }
  if (take.targets.size() > 0 && take.targets.cols() != outputs) {
    return refused("a take has {} targets; expected {}", take.targets.cols(), outputs);
  }
  if (take.targets.size() > 0 && take.targets.rows() != rows && take.targets.rows() != 1) {
    return refused("a take has {} rows of targets; expected 1 or {}", take.targets.rows(), rows);
  }
  if (take.label < -1 || take.label >= static_cast<int>(labels)) {
    return refused("label is {}; allowed: -1 (none) or less than {}", take.label, labels);
  }
  if (take.label == -1 && take.targets.size() == 0) return refused("a take has neither targets nor a label");
  return check_weight(take.weight);
}

bool is_complete(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); });
}

/// The rows that are complete, each with its own targets, which are clamped to their ranges.
Result<Take> clean(const Take& take, const MappingNames& names) {
  std::size_t rows = 0;
  for (std::size_t r = 0; r < take.inputs.rows(); ++r) rows += is_complete(take.inputs.row(r)) ? 1 : 0;
  if (rows == 0) return refused("a take has no row without missing inputs");
  auto inputs = Array2<float>::create(rows, take.inputs.cols());
  auto targets = Array2<float>::create(take.targets.size() > 0 ? rows : 0, names.outputs.size());
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  std::size_t to = 0;
  for (std::size_t r = 0; r < take.inputs.rows(); ++r) {
    const std::span<const float> row = take.inputs.row(r);
    if (!is_complete(row)) continue;
    std::copy(row.begin(), row.end(), inputs->row(to).begin());
    for (std::size_t o = 0; o < targets->cols() && targets->size() > 0; ++o) {
      const float value = take.targets(take.targets.rows() == 1 ? 0 : r, o);
      const auto& [name, low, high] = names.outputs[o];
      const float clamped = std::clamp(value, static_cast<float>(low), static_cast<float>(high));
      (*targets)(to, o) = std::isfinite(value) ? clamped : std::numeric_limits<float>::quiet_NaN();
    }
    ++to;
  }
  return Take{std::move(*inputs), std::move(*targets), take.label, take.weight};
}

}  // namespace

Examples::Examples(std::unique_ptr<History> history) : history_(std::move(history)) {}
Examples::Examples(Examples&&) noexcept = default;
Examples& Examples::operator=(Examples&&) noexcept = default;
Examples::~Examples() = default;

Result<Examples> Examples::create(MappingNames names, const ExamplesConfig& config) {
  if (auto bad = names.check()) return *bad;
  if (auto bad = check_fields(config)) return *bad;
  const auto capacity = static_cast<std::size_t>(config.capacity);
  return Examples(std::unique_ptr<History>(new History{std::move(names), capacity}));
}

const MappingNames& Examples::names() const { return history_->names; }
std::span<const std::string> Examples::labels() const { return history_->labels; }

Result<int> Examples::label(std::string_view name) {
  std::vector<std::string>& labels = history_->labels;
  const auto found = std::find(labels.begin(), labels.end(), name);
  if (found != labels.end()) return static_cast<int>(found - labels.begin());
  if (name.empty()) return refused("a label has no name");
  if (labels.size() == most_labels) return refused("there are {} labels already; no more are allowed", most_labels);
  labels.emplace_back(name);
  return static_cast<int>(labels.size()) - 1;
}

Result<Examples::Added> Examples::add(Take take) {
  if (auto bad = check_take(take, names(), labels().size())) return *bad;
  auto cleaned = clean(take, names());
  if (!cleaned) return cleaned.error();
  const std::size_t rows = cleaned->inputs.rows(), capacity = history_->capacity;
  if (rows > capacity) return refused("a take has {} rows; allowed: {}, the capacity", rows, capacity);

  TakeList& list = history_->list;
  Splice evicted{0, {}, {}};
  for (std::size_t left = list.rows(); left + rows > capacity;) {
    evicted.removed.push_back(list.entries()[evicted.removed.size()]);
    left -= evicted.removed.back().rows();
  }
  const Added added{rows, take.inputs.rows() - rows, evicted.removed.size()};
  Splice taken{list.entries().size() - added.evicted, {}, {}};
  taken.inserted.push_back({std::make_shared<const Take>(std::move(*cleaned)), take.weight});
  list.change({std::move(evicted), std::move(taken)});
  list.forget(capacity);
  return added;
}

Status Examples::remove(std::size_t index) {
  if (index >= takes()) return refused("there is no take {}; there are {}", index, takes());
  history_->list.change({{index, {history_->list.entries()[index]}, {}}});
  history_->list.forget(history_->capacity);
  return {};
}

void Examples::clear() {
  if (takes() > 0) history_->list.change({{0, history_->list.entries(), {}}});
}

Status Examples::weigh(std::size_t index, float weight) {
  if (index >= takes()) return refused("there is no take {}; there are {}", index, takes());
  if (auto bad = check_weight(weight)) return bad;
  const Entry before = history_->list.entries()[index];
  history_->list.change({{index, {before}, {{before.take, weight}}}});
  return {};
}

bool Examples::undo() { return history_->list.undo(); }
bool Examples::redo() { return history_->list.redo(); }
void Examples::forget() { history_->list.forget_all(); }

std::size_t Examples::capacity() const { return history_->capacity; }
std::size_t Examples::takes() const { return history_->list.entries().size(); }
std::size_t Examples::rows() const { return history_->list.rows(); }
const Take& Examples::take(std::size_t index) const { return *history_->list.entries()[index].take; }
float Examples::weight(std::size_t index) const { return history_->list.entries()[index].weight; }

}  // namespace lodestone
