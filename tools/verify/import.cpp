#include <algorithm>

#include "cli/models.hpp"
#include "cli/text.hpp"
#include "lodestone/network.hpp"
#include "verify/checks.hpp"

namespace lodestone::cli {
namespace {

constexpr double tolerance = 1e-4;  // of the largest prediction: float32 sums in a different order

/// The model that the file's metadata names, in the same folder.
Result<Model> read_original(Host& host, std::string_view path, const Safetensors& file, int sequence) {
  const std::string* name = file.find_metadata("model");
  if (!name || name->empty()) return Error{ErrorCode::invalid_data, "metadata model is missing"};
  const std::string original = std::string(folder_of(path)) + *name;
  const auto bytes = host.read(original);
  if (!bytes) return bytes.error();
  auto model = import_file(host, original, *bytes, {.sequence = sequence});
  if (!model) return in_file(original, model.error());
  return model;
}

}  // namespace

Status verify_import(Host& host, std::string_view path, const Safetensors& file, Checks& checks) {
  const auto sequence = whole(file, "sequence", 1, 4096);
  if (!sequence) return sequence.error();
  const auto model = read_original(host, path, file, *sequence);
  if (!model) return model.error();
  const auto frames = matrix(file, "frames");
  if (!frames) return frames.error();
  const auto predictions = matrix(file, "predictions");
  if (!predictions) return predictions.error();
  const auto bins = static_cast<std::size_t>(model->network.bins), first = static_cast<std::size_t>(*sequence) - 1;
  if (frames->cols() != bins || predictions->cols() != bins || predictions->rows() + first != frames->rows()) {
    return Error{ErrorCode::invalid_data, "expected frames [n, " + std::to_string(bins) +
                                              "] and a prediction after each from the " + std::to_string(*sequence) +
                                              "th on"};
  }
  auto predictor = Predictor::create(model->network, model->weights, Mode::window);
  if (!predictor) return predictor.error();
  auto found = Array2<float>::create(predictions->rows(), bins);
  if (!found) return found.error();
  for (std::size_t i = 0; i < frames->rows(); ++i) {
    const auto prediction = predictor->process(frames->row(i));
    if (i >= first) std::copy(prediction.begin(), prediction.end(), found->row(i - first).begin());
  }
  checks.add("predictions", relative_error(found->all(), predictions->all()), tolerance);
  return {};
}

}  // namespace lodestone::cli
