/// Models.

#include <cstddef>

#include "abi.hpp"
#include "lodestone/formats.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// The model of a model file, or null. The bytes are not needed afterwards.
Model* lodestone_model_read(const std::byte* bytes, std::size_t size) { return hand_over(read_model({bytes, size})); }

void lodestone_model_destroy(Model* model) { delete model; }

/// Output: the training frames that the model keeps, `[frames, bins]`.
void lodestone_model_training_frames(const Model* model) {
  show(model->impulses.data(), model->impulses.rows(), model->impulses.cols());
}

/// Output, float64: size, window_size, hop, window, framing, sample_rate, sequence, scale, impulse frames, then the
/// layers.
void lodestone_model_config(const Model* model) {
  static double numbers[13];
  const StftConfig& stft = model->stft;
  const NetworkConfig& network = model->network;
  numbers[0] = stft.size;
  numbers[1] = stft.window_size;
  numbers[2] = stft.hop;
  numbers[3] = static_cast<int>(stft.window);
  numbers[4] = static_cast<int>(stft.framing);
  numbers[5] = stft.sample_rate;
  numbers[6] = network.sequence;
  numbers[7] = static_cast<int>(network.scale);
  numbers[8] = static_cast<double>(model->impulses.rows());
  std::size_t count = 9;
  for (const int layer : network.layers) numbers[count++] = layer;
  show(numbers, 1, count);
}

/// Output: one value per epoch.
void lodestone_model_losses(const Model* model) { show(model->losses); }
void lodestone_model_validation_losses(const Model* model) { show(model->validation_losses); }

}  // extern "C"
