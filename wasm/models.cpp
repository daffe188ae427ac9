/// Models.

#include "models.hpp"

#include <algorithm>
#include <cstddef>

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

/// The model of the model file in `lodestone_input`, or null.
OwnedModel* lodestone_model_read(std::size_t size) {
  auto model = std::make_unique<OwnedModel>();
  model->bytes = take_input();
  const auto error = view_model(ByteView(model->bytes).first(std::min(size, model->bytes.size())), model->file);
  if (!error) return model.release();
  fail(*error);
  return nullptr;
}

void lodestone_model_destroy(OwnedModel* model) { delete model; }

/// Output: the training frames that the model keeps, `[frames, bins]`.
int lodestone_model_training_frames(const OwnedModel* model) {
  auto frames = to_floats(model->view().impulses);
  return frames ? give(std::move(*frames)) : fail(frames.error());
}

/// Output, float64: size, window_size, hop, window, framing, sample_rate, sequence, scale, group, impulse frames, then
/// the layers.
void lodestone_model_config(const OwnedModel* model) {
  static double numbers[14];
  const StftConfig& stft = model->view().stft;
  const NetworkConfig& network = model->view().network;
  numbers[0] = stft.size;
  numbers[1] = stft.window_size;
  numbers[2] = stft.hop;
  numbers[3] = static_cast<int>(stft.window);
  numbers[4] = static_cast<int>(stft.framing);
  numbers[5] = stft.sample_rate;
  numbers[6] = network.sequence;
  numbers[7] = static_cast<int>(network.scale);
  numbers[8] = network.group;
  numbers[9] = static_cast<double>(model->view().frames());
  std::size_t count = 10;
  for (const int layer : network.layers) numbers[count++] = layer;
  show(numbers, 1, count);
}

/// Output: one value per epoch.
void lodestone_model_losses(const OwnedModel* model) { show(model->view().losses); }
void lodestone_model_validation_losses(const OwnedModel* model) { show(model->view().validation_losses); }

}  // extern "C"
