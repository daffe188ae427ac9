/// Models.

#include <cstddef>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// The model of a model file, or null. The bytes are not needed afterwards.
Model* lodestone_model_read(const std::byte* bytes, std::size_t size) { return hand_over(read_model({bytes, size})); }

void lodestone_model_destroy(Model* model) { delete model; }

/// Output: the bytes of the model file.
int lodestone_model_write(const Model* model) {
  auto bytes = write_model(*model);
  return bytes ? give(std::move(*bytes)) : fail(bytes.error());
}

/// Output: the training frames that the model keeps, `[frames, bins]`.
void lodestone_model_training_frames(const Model* model) {
  show(model->impulses.data(), model->impulses.rows(), model->impulses.cols());
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

/// Output: one value an epoch.
void lodestone_model_losses(const Model* model) { show(model->losses); }
void lodestone_model_validation_losses(const Model* model) { show(model->validation_losses); }

}  // extern "C"
