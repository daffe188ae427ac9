/// Mapping by demonstration. `lodestone_mapping_run` and what reads its results are real-time safe.

#include "lodestone/mapping.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "abi.hpp"
#include "arguments.hpp"

using namespace lodestone;
using namespace lodestone::abi;

namespace {

/// The names of inputs, then outputs, each with a zero after it; `ranges`: low and high of each output.
MappingNames names_of(const char* text, std::size_t inputs, const double* ranges, std::size_t outputs) {
  MappingNames names;
  const auto next = [&text] {
    std::string name = text;
    text += name.size() + 1;
    return name;
  };
  for (std::size_t i = 0; i < inputs; ++i) names.inputs.push_back(next());
  for (std::size_t i = 0; i < outputs; ++i) names.outputs.push_back({next(), ranges[2 * i], ranges[2 * i + 1]});
  return names;
}

/// For each output: the model, the number of its inputs, and these.
std::vector<OutputChoice> choices_of(const std::uint32_t* numbers, std::size_t size) {
  std::vector<OutputChoice> choices;
  for (const std::uint32_t* end = numbers + size; numbers < end;) {
    OutputChoice choice{static_cast<Regression>(*numbers++)};
    const std::uint32_t count = *numbers++;
    choice.inputs.assign(numbers, numbers + count);
    numbers += count;
    choices.push_back(std::move(choice));
  }
  return choices;
}

Result<Array2<float>> matrix(const float* values, std::size_t rows, std::size_t cols) {
  auto array = Array2<float>::create(values ? rows : 0, cols);
  if (array && array->size() > 0) std::memcpy(array->data(), values, array->size() * sizeof(float));
  return array;
}

/// What `lodestone_examples_add` did: rows, dropped, evicted.
double added[3];

}  // namespace

extern "C" {

Examples* lodestone_examples_create(const double* config, std::size_t count, const char* names, std::size_t inputs,
                                    const double* ranges, std::size_t outputs) {
  const auto settings = configuration<ExamplesConfig>(config, count);
  if (!settings) return fail(settings.error()), nullptr;
  return hand_over(Examples::create(names_of(names, inputs, ranges, outputs), *settings));
}

void lodestone_examples_destroy(Examples* examples) { delete examples; }

/// The number of the label with that name, or −1 on failure.
int lodestone_examples_label(Examples* examples, const char* name) {
  const auto label = examples->label(name);
  return label ? *label : (fail(label.error()), -1);
}

/// Output, float64: rows, dropped rows, evicted takes. `targets`: `target_rows` rows; null: none.
int lodestone_examples_add(Examples* examples, const float* inputs, std::size_t rows, const float* targets,
                           std::size_t target_rows, int label, double weight) {
  auto in = matrix(inputs, rows, examples->names().inputs.size());
  auto out = matrix(targets, target_rows, examples->names().outputs.size());
  if (!in || !out) return fail(in ? out.error() : in.error());
  const auto done = examples->add({std::move(*in), std::move(*out), label, static_cast<float>(weight)});
  if (!done) return fail(done.error());
  added[0] = static_cast<double>(done->rows);
  added[1] = static_cast<double>(done->dropped);
  added[2] = static_cast<double>(done->evicted);
  show(added, 1, 3);
  return 0;
}

int lodestone_examples_remove(Examples* examples, std::size_t index) {
  const auto error = examples->remove(index);
  return error ? fail(*error) : 0;
}

int lodestone_examples_weigh(Examples* examples, std::size_t index, double weight) {
  const auto error = examples->weigh(index, static_cast<float>(weight));
  return error ? fail(*error) : 0;
}

void lodestone_examples_clear(Examples* examples) { examples->clear(); }

/// 1 if there was something to undo.
int lodestone_examples_undo(Examples* examples) { return examples->undo() ? 1 : 0; }
int lodestone_examples_redo(Examples* examples) { return examples->redo() ? 1 : 0; }

std::size_t lodestone_examples_takes(const Examples* examples) { return examples->takes(); }

/// Output: the names of the labels, each with a zero after it.
int lodestone_examples_labels(const Examples* examples) {
  std::string text;
  for (const std::string& label : examples->labels()) text.append(label).push_back('\0');
  return give(std::move(text));
}

/// Output: the inputs of a take, `[rows, inputs]`; the index must be below `lodestone_examples_takes`.
void lodestone_examples_inputs(const Examples* examples, std::size_t index) {
  const auto& inputs = examples->take(index).inputs;
  show(inputs.data(), inputs.rows(), inputs.cols());
}

/// Output: the targets of a take, `[rows, outputs]`, or no rows.
void lodestone_examples_targets(const Examples* examples, std::size_t index) {
  const auto& targets = examples->take(index).targets;
  show(targets.data(), targets.rows(), targets.cols());
}

int lodestone_examples_take_label(const Examples* examples, std::size_t index) { return examples->take(index).label; }
double lodestone_examples_take_weight(const Examples* examples, std::size_t index) { return examples->weight(index); }

/// `config`: the fields of MappingConfig; `choices`: see choices_of, empty for the same model for all outputs.
MappingTrainer* lodestone_mapping_trainer_create(const double* config, std::size_t count, const int* layers,
                                                 std::size_t layer_count, const std::uint32_t* choices,
                                                 std::size_t choice_size) {
  MappingSettings settings;
  if (auto bad = read_fields({config, count}, settings.config)) return fail(*bad), nullptr;
  settings.config.layers.assign(layers, layers + layer_count);
  settings.outputs = choices_of(choices, choice_size);
  return hand_over(MappingTrainer::create(std::move(settings)));
}

void lodestone_mapping_trainer_destroy(MappingTrainer* trainer) { delete trainer; }

int lodestone_mapping_trainer_begin(MappingTrainer* trainer, const Examples* examples) {
  const auto error = trainer->begin(*examples);
  return error ? fail(*error) : 0;
}

/// Works for a few milliseconds; 0 once training is over.
int lodestone_mapping_trainer_step(MappingTrainer* trainer) { return trainer->step() ? 1 : 0; }
double lodestone_mapping_trainer_progress(const MappingTrainer* trainer) { return trainer->progress(); }
double lodestone_mapping_trainer_loss(const MappingTrainer* trainer) { return trainer->loss(); }
MappingModel* lodestone_mapping_trainer_model(const MappingTrainer* trainer) { return hand_over(trainer->model()); }

void lodestone_mapping_model_destroy(MappingModel* model) { delete model; }

/// Output: the bytes for `lodestone_mapping_create`, in this or another instance of the same module.
int lodestone_mapping_model_bytes(const MappingModel* model) {
  auto bytes = model->bytes();
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

/// Output, float64 `[outputs, 3]`: error, rows, rows used.
int lodestone_mapping_model_reports(const MappingModel* model) {
  auto table = Array2<double>::create(model->reports().size(), 3);
  if (!table) return fail(table.error());
  double* to = table->data();
  for (const auto& [error, rows, used] : model->reports()) {
    *to++ = error;
    *to++ = static_cast<double>(rows);
    *to++ = static_cast<double>(used);
  }
  return give(std::move(*table));
}

/// Runs the model in `lodestone_input`.
Mapping* lodestone_mapping_create() {
  const auto bytes = take_input();
  auto model = MappingModel::from_bytes({bytes.data(), bytes.size()});
  return hand_over(model ? Mapping::create(std::move(*model)) : Result<Mapping>(model.error()));
}

void lodestone_mapping_destroy(Mapping* mapping) { delete mapping; }
void lodestone_mapping_reset(Mapping* mapping) { mapping->reset(); }

/// Returns Mapping::label.
int lodestone_mapping_run(Mapping* mapping, const float* inputs, int is_row) {
  mapping->run({inputs, mapping->names().inputs.size()}, is_row != 0);
  return mapping->label();
}

// The results, always at the same addresses.
const float* lodestone_mapping_outputs(const Mapping* mapping) { return mapping->outputs().data(); }
const float* lodestone_mapping_confidences(const Mapping* mapping) { return mapping->confidences().data(); }
/// `[labels, 3]`: likelihood, progress, speed.
const LabelState* lodestone_mapping_states(const Mapping* mapping) { return mapping->states().data(); }
double lodestone_mapping_label_confidence(const Mapping* mapping) { return mapping->label_confidence(); }
void lodestone_mapping_set_tolerance(Mapping* mapping, std::size_t label, double factor) {
  mapping->set_tolerance(label, static_cast<float>(factor));
}
std::size_t lodestone_mapping_inputs(const Mapping* mapping) { return mapping->names().inputs.size(); }
std::size_t lodestone_mapping_output_count(const Mapping* mapping) { return mapping->names().outputs.size(); }
std::size_t lodestone_mapping_labels(const Mapping* mapping) { return mapping->labels().size(); }

}  // extern "C"
