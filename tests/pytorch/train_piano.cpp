// Trains on the bundled piano with the defaults and writes what PyTorch needs to do the same: frames, initial weights,
// the windows of every batch, and the mean loss of each epoch to compare with.
//
//     train_piano EPOCHS OUT.safetensors
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "lodestone/formats.hpp"
#include "lodestone/trainer.hpp"
#include "training/window_order.hpp"

using namespace lodestone;

namespace {

Bytes read_file(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  Bytes bytes = Bytes::create(content.size()).value();
  std::memcpy(bytes.data(), content.data(), content.size());
  return bytes;
}

template <class T>
TensorView view(const std::string& name, DType dtype, std::vector<std::uint64_t> shape, std::span<const T> values) {
  return {name, dtype, std::move(shape), std::as_bytes(values)};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: train_piano EPOCHS OUT.safetensors\n");
    return 2;
  }
  const auto epochs = static_cast<std::size_t>(std::atoi(arguments[1]));
  const Bytes wav = read_file(LODESTONE_SOUNDS "/piano.wav");
  const Sound sound = read_wav(ByteView(wav.data(), wav.size())).value();
  StftConfig stft;
  stft.sample_rate = sound.sample_rate;
  Magnitudes magnitudes = Stft(stft).magnitudes(sound.samples).value();
  const Array2<float> frames = magnitudes.values.clone().value();

  const TrainerConfig config;
  Trainer trainer(std::move(magnitudes), config);
  Weights initial = trainer.weights().value();
  const auto batch = static_cast<std::size_t>(config.batch);
  const auto steps = static_cast<std::size_t>(trainer.steps_per_epoch());
  auto windows = Buffer<std::int64_t>::create(frames.rows() - static_cast<std::size_t>(config.sequence)).value();
  WindowOrder order({windows.data(), windows.size()}, batch);
  auto starts = Array2<std::int64_t>::create(epochs * steps, batch).value();
  auto losses = Array2<float>::create(1, epochs).value();
  Random random(1);
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    order.shuffle(random);
    double sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      const auto selected = order.batch(step);
      std::copy(selected.begin(), selected.end(), starts.row(epoch * steps + step).begin());
      sum += trainer.step_on(selected).value();
    }
    losses(0, epoch) = static_cast<float>(sum / static_cast<double>(steps));
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("lodestone: %zu epochs of %zu steps in %.1f s, %.1f ms per step\n", epochs, steps, taken.count(),
              1e3 * taken.count() / static_cast<double>(epochs * steps));

  Safetensors file;
  file.metadata.emplace_back("sequence", std::to_string(config.sequence));
  file.tensors.push_back(view<float>("frames", DType::f32, {frames.rows(), frames.cols()}, frames.all()));
  file.tensors.push_back(view<std::int64_t>("window_starts", DType::i64, {starts.rows(), starts.cols()}, starts.all()));
  file.tensors.push_back(view<float>("losses", DType::f32, {epochs}, losses.all()));
  for (const NamedTensor& tensor : tensors(initial)) {
    file.tensors.push_back(view<float>("initial/" + tensor.name, DType::f32, tensor.shape, tensor.values));
  }
  const Bytes bytes = write_safetensors(file).value();
  std::ofstream(arguments[2], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
