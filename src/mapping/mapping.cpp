#include "lodestone/mapping.hpp"

#include <algorithm>
#include <cmath>

#include "mapping/content.hpp"
#include "mapping/kernel_part.hpp"

namespace lodestone {

struct Mapping::Engine {
  explicit Engine(MappingModel model_to_run) : model(std::move(model_to_run)), content(*model.content_) {
    const auto& [inputs, outputs, labels] = content.shape();
    held.resize(inputs);
    standardised.resize(inputs);
    outside.resize(inputs);
    results.resize(outputs);
    confidences.resize(outputs);
    states.resize(labels);
    tolerances.assign(labels, 1);
    live = {standardised, results, confidences, states, tolerances, outside};
    reset();
  }

  void reset();
  void standardise(std::span<const float> inputs);
  void scale_results();

  MappingModel model;
  MappingModel::Content& content;
  std::vector<float> held;  ///< the inputs, as they were when they were last finite
  std::vector<float> standardised, outside, results, confidences, tolerances;
  std::vector<LabelState> states;
  Live live;
};

void Mapping::Engine::reset() {
  for (std::size_t i = 0; i < held.size(); ++i) held[i] = static_cast<float>(content.standardisation.mean(i));
  std::fill(results.begin(), results.end(), 0.5f);
  std::fill(confidences.begin(), confidences.end(), 0.0f);
  std::fill(states.begin(), states.end(), LabelState{});
  live.label = -1;
  live.label_confidence = 0;
  for (const auto& part : content.parts) part->reset();
  scale_results();
}

void Mapping::Engine::standardise(std::span<const float> inputs) {
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (i < inputs.size() && std::isfinite(inputs[i])) held[i] = inputs[i];
    standardised[i] = content.standardisation.apply(i, held[i]);
    outside[i] = content.standardisation.outside(i, held[i]);
  }
}

/// From shares to values.
void Mapping::Engine::scale_results() {
  for (std::size_t o = 0; o < results.size(); ++o) {
    const auto& [name, low, high] = content.names.outputs[o];
    const float share = results[o] > 1e-9f ? std::min(results[o], 1.0f) : 0;  // 0 for NaN
    results[o] = static_cast<float>(low + static_cast<double>(share) * (high - low));
  }
}

Mapping::Mapping(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Mapping::Mapping(Mapping&&) noexcept = default;
Mapping& Mapping::operator=(Mapping&&) noexcept = default;
Mapping::~Mapping() = default;

Result<Mapping> Mapping::create(MappingModel model, bool spread) {
  for (const auto& part : model.content_->parts) {
    if (!spread && part->kind() == PartKind::kernel) static_cast<KernelPart&>(*part).slices = 1;
  }
  return Mapping(std::make_unique<Engine>(std::move(model)));
}

const MappingNames& Mapping::names() const { return engine_->model.names(); }
std::span<const std::string> Mapping::labels() const { return engine_->model.labels(); }

void Mapping::run(std::span<const float> inputs, bool is_row) {
  Engine& e = *engine_;
  e.standardise(inputs);
  std::fill(e.results.begin(), e.results.end(), 0.5f);
  e.live.label = -1;
  e.live.label_confidence = 0;
  for (const auto& part : e.content.parts) {
    if (is_row || part->kind() != PartKind::gesture) part->run(e.live);
  }
  e.scale_results();
}

void Mapping::reset() { engine_->reset(); }

std::span<const float> Mapping::outputs() const { return engine_->results; }
std::span<const float> Mapping::confidences() const { return engine_->confidences; }
std::span<const LabelState> Mapping::states() const { return engine_->states; }
int Mapping::label() const { return engine_->live.label; }
float Mapping::label_confidence() const { return engine_->live.label_confidence; }

void Mapping::set_tolerance(std::size_t label, float factor) {
  if (label < engine_->tolerances.size()) engine_->tolerances[label] = std::min(std::max(0.01f, factor), 100.0f);
}

}  // namespace lodestone
