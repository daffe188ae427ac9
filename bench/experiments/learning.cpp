// How fast a network learns: its held-out loss over the seconds that its training steps took.
//
//     lodestone-learning {windows|sequence} EPOCHS GOAL RUN EVALUATIONS WAV...
//
// Trains network A with the defaults until the held-out loss has fallen to GOAL, for at most EPOCHS epochs; RUN as in
// TrainerConfig. The held-out tenth are the windows that TrainerConfig::validation 0.1 would hold out, here predicted
// by the Predictor, EVALUATIONS times per epoch and not timed. A single file is used as it is; several are joined into
// one sound of two minutes. Prints one line of JSON.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lodestone/formats.hpp"
#include "lodestone/trainer.hpp"

using namespace lodestone;

namespace {

Sound read_file(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  return read_wav(std::as_bytes(std::span(content))).value();
}

/// All sounds one after another, at another speed in each round so that nothing repeats, cut at two minutes.
std::vector<float> medley(const std::vector<Sound>& sounds) {
  const auto length = static_cast<std::size_t>(120 * sounds[0].sample_rate);
  std::vector<float> samples;
  for (const double speed : {1.0, 0.89, 1.12, 0.79, 1.26, 0.94, 1.06}) {
    for (const Sound& sound : sounds) {
      for (double at = 0; at + 1 < static_cast<double>(sound.samples.size()) && samples.size() < length; at += speed) {
        const auto left = static_cast<std::size_t>(at);
        const auto share = static_cast<float>(at - static_cast<double>(left));
        samples.push_back((1 - share) * sound.samples[left] + share * sound.samples[left + 1]);
      }
    }
  }
  return samples;
}

/// The frames `[first, end)`.
Magnitudes part(const Magnitudes& all, std::size_t first, std::size_t end) {
  Magnitudes some{all.stft, Array2<float>::create(end - first, all.values.cols()).value()};
  std::copy_n(all.values.row(first).data(), some.values.size(), some.values.data());
  return some;
}

/// The mean squared error of the frames after the first window.
double held_out_loss(const Trainer& trainer, const Magnitudes& frames) {
  Predictor network = Predictor::create(trainer.network(), trainer.weights().value(), Mode::window).value();
  const auto window = static_cast<std::size_t>(trainer.config().sequence);
  const std::size_t bins = frames.values.cols();
  double sum = 0;
  for (std::size_t m = 0; m + 1 < frames.count(); ++m) {
    const auto prediction = network.process(frames.values.row(m));
    if (m + 1 < window) continue;
    for (std::size_t k = 0; k < bins; ++k) sum += std::pow(prediction[k] - frames.values(m + 1, k), 2);
  }
  return sum / static_cast<double>((frames.count() - window) * bins);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 7) {
    std::fprintf(stderr, "usage: lodestone-learning {windows|sequence} EPOCHS GOAL RUN EVALUATIONS WAV...\n");
    return 2;
  }
  TrainerConfig config;
  config.training = std::strcmp(arguments[1], "sequence") == 0 ? Training::sequence : Training::windows;
  config.run = std::atoi(arguments[4]);
  const int epochs = std::atoi(arguments[2]);
  const double goal = std::atof(arguments[3]);
  const int evaluations = std::atoi(arguments[5]);

  std::vector<Sound> sounds;
  for (int i = 6; i < count; ++i) sounds.push_back(read_file(arguments[i]));
  StftConfig stft;
  stft.sample_rate = sounds[0].sample_rate;
  const bool whole = sounds.size() == 1;
  const std::vector<float> joined = whole ? std::vector<float>() : medley(sounds);
  const Magnitudes frames =
      Stft(stft).magnitudes(whole ? std::span<const float>(sounds[0].samples) : std::span(joined)).value();
  const auto window = static_cast<std::size_t>(config.sequence);
  const auto held = static_cast<std::size_t>(std::llround(0.1 * static_cast<double>(frames.count() - window)));
  const Magnitudes test = part(frames, frames.count() - held - window, frames.count());
  Trainer trainer(part(frames, 0, frames.count() - held), config);

  std::vector<double> steps;
  double seconds = 0, loss = INFINITY;
  const int between = std::max(1, trainer.steps_per_epoch() / evaluations);
  std::string curve;
  while (trainer.epoch() < epochs && loss > goal) {
    for (int i = 0; i < between; ++i) {
      const auto start = std::chrono::steady_clock::now();
      trainer.step();
      steps.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      seconds += steps.back();
    }
    loss = held_out_loss(trainer, test);
    curve += (curve.empty() ? "[" : ",[") + std::to_string(seconds) + "," + std::to_string(loss) + "]";
  }
  std::printf("{\"epochs\":%d,\"stepMilliseconds\":%.4f,\"curve\":[%s]}\n", trainer.epoch(), 1e3 * median(steps),
              curve.c_str());
}
