#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "lodestone/mapping.hpp"
#include "mapping/movement.hpp"

/// How well gestures are spotted that a hand makes between random movements. A report is right if it comes in the
/// second half of a gesture of that label or up to 0.3 s later, once for each gesture.
struct Spotting {
  int right = 0, reports = 0, gestures = 0;
  std::vector<double> decided;  ///< of each gesture: the share after which its label leads, until its report or end

  double f1() const { return 2.0 * right / (reports + gestures); }
  double decided_quantile(double share) const {
    auto sorted = decided;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }
};

/// Takes of every kind of movement.
inline lodestone::Mapping taught_mapping(Movement& hand, int takes, const lodestone::MappingConfig& config) {
  lodestone::Examples examples({{"x", "y"}, {}});
  for (std::uint32_t kind = 0; kind < Movement::kinds; ++kind) {
    const int label = examples.label(std::to_string(kind)).value();
    for (int i = 0; i < takes; ++i) {
      const auto rows = hand.take(kind);
      lodestone::Take take{lodestone::Array2<float>::create(rows.size() / 2, 2).value(), {}, label};
      std::copy(rows.begin(), rows.end(), take.inputs.data());
      examples.add(std::move(take)).value();
    }
  }
  lodestone::MappingTrainer trainer({config, {}});
  if (trainer.begin(examples)) std::abort();
  while (trainer.step()) {
  }
  return lodestone::Mapping(trainer.model().value());
}

/// The label that has come farthest and is likely; −1: none is under way.
inline int leading_label(std::span<const lodestone::LabelState> states) {
  int best = -1;
  float most = 0;
  for (std::size_t label = 0; label < states.size(); ++label) {
    const float evidence = states[label].progress * states[label].likelihood;
    if (evidence > most) {
      most = evidence;
      best = static_cast<int>(label);
    }
  }
  return best;
}

/// Adds a stream of 20 gestures after that many takes of each kind.
inline void spot(Spotting& found, std::uint32_t seed, int takes, lodestone::MappingConfig config) {
  config.recognition = lodestone::Recognition::gesture;
  Movement hand(seed);
  lodestone::Mapping mapping = taught_mapping(hand, takes, config);
  std::vector<Movement::Truth> truths;
  const auto rows = hand.stream(20, truths);
  std::vector<int> reports, leaders;
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    mapping.run({&rows[i], 2});
    reports.push_back(mapping.label());
    leaders.push_back(leading_label(mapping.states()));
    found.reports += mapping.label() >= 0;
  }
  for (const auto& [kind, first, last] : truths) {
    const auto label = static_cast<int>(kind);
    const auto latest = std::min<std::ptrdiff_t>(last + 30, std::ssize(reports));
    const auto report = std::find(reports.begin() + (first + last) / 2, reports.begin() + latest, label);
    found.right += report != reports.begin() + latest;
    ++found.gestures;
    const auto end = std::min<std::ptrdiff_t>(last, report - reports.begin());
    std::ptrdiff_t since = end;
    while (since > first && leaders[static_cast<std::size_t>(since - 1)] == label) --since;
    found.decided.push_back(static_cast<double>(since - first) / (last - first));
  }
}
