/// Models.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "arguments.hpp"
#include "errors/first_error.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/model.hpp"
#include "network/half.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// A model filled with zeros, to be set through `lodestone_model_tensor`: JavaScript reads and writes the file.
Model* lodestone_model_create(const double* numbers, std::size_t count, const int* layers, std::size_t layer_count,
                              int sequence, int scale, int has_residuals, std::size_t impulse_frames,
                              const float* losses, std::size_t loss_count, const float* validation_losses,
                              std::size_t validation_loss_count) {
  const auto stft = configuration<StftConfig>(numbers, count);
  if (!stft) return fail(stft.error()), nullptr;
  const int bins = stft->bins();
  Model model{.stft = *stft,
              .network = {bins, {layers, layers + layer_count}, sequence, static_cast<Scale>(scale)},
              .weights = {},
              .impulses = {},
              .residuals = {},
              .losses = {losses, losses + loss_count},
              .validation_losses = {validation_losses, validation_losses + validation_loss_count}};
  Status bad = model.stft.check();
  if (!bad) bad = model.network.check();
  if (bad) return fail(*bad), nullptr;
  FirstError error;
  error.take(model.weights, Weights::create(model.network));
  error.take(model.impulses, Array2<float>::create(impulse_frames, static_cast<std::uint64_t>(bins)));
  if (has_residuals) error.take(model.residuals, Buffer<float>::create(static_cast<std::uint64_t>(bins)));
  if (error) return fail(*error), nullptr;
  return new Model(std::move(model));
}

void lodestone_model_destroy(Model* model) { delete model; }

/// The values of a tensor, numbered as in `tensors`. After the last come the residuals and the impulses; null if there
/// are none.
float* lodestone_model_tensor(Model* model, std::size_t index) {
  const auto all = tensors(model->weights);
  if (index < all.size()) return all[index].values.data();
  return index == all.size() ? model->residuals.data() : model->impulses.data();
}

/// 1 if float16 represents all these values exactly; they are then in `halves`.
int lodestone_to_half(const float* values, std::size_t count, Half* halves) {
  std::transform(values, values + count, halves, [](float value) { return Half(value); });
  return std::all_of(values, values + count, fits_half);
}

void lodestone_from_half(const Half* halves, std::size_t count, float* values) {
  std::copy(halves, halves + count, values);
}

/// Output, float64: size, window_size, hop, window, framing, sample_rate, sequence, scale, impulse frames, then the
/// layers.
void lodestone_model_config(const Model* model) {
  const StftConfig& stft = model->stft;
  std::vector<double> numbers{static_cast<double>(stft.size),
                              static_cast<double>(stft.window_size),
                              static_cast<double>(stft.hop),
                              static_cast<double>(stft.window),
                              static_cast<double>(stft.framing),
                              stft.sample_rate,
                              static_cast<double>(model->network.sequence),
                              static_cast<double>(model->network.scale),
                              static_cast<double>(model->impulses.rows())};
  numbers.insert(numbers.end(), model->network.layers.begin(), model->network.layers.end());
  give(std::move(numbers));
}

/// Output: one value per epoch.
void lodestone_model_losses(const Model* model) { show(model->losses); }
void lodestone_model_validation_losses(const Model* model) { show(model->validation_losses); }

}  // extern "C"
