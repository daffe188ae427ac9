// Uses each part of the installed library once, with errors as values and as exceptions.
#include <cmath>
#include <cstdio>
#include <lodestone/lodestone.hpp>
#include <span>
#include <vector>

namespace {

std::vector<float> tone(std::size_t samples) {
  std::vector<float> wave(samples);
  for (std::size_t n = 0; n < samples; ++n) wave[n] = 0.5f * std::sin(0.05f * static_cast<float>(n));
  return wave;
}

double rms(std::span<const float> samples) {
  double sum = 0;
  for (const float sample : samples) sum += double{sample} * sample;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

bool refuses_a_hop_of_zero() {
  const bool as_value = !lodestone::Stft::create({.hop = 0});
  try {
    lodestone::Stft stft({.hop = 0});
  } catch (const lodestone::Exception& exception) {
    return as_value && exception.code == lodestone::ErrorCode::invalid_argument;
  }
  return false;
}

}  // namespace

int main() {
  const lodestone::StftConfig config{.size = 256, .hop = 64, .sample_rate = 8000};
  lodestone::Stft stft(config);
  const lodestone::TrainerConfig training{.layers = {8}, .sequence = 8, .batch = 8};
  lodestone::Trainer trainer(stft.magnitudes(tone(8000)).value(), training);
  while (trainer.epoch() < 20) trainer.step();
  const lodestone::Model model = trainer.model().value();

  lodestone::Player player(model);
  std::vector<float> played(4000);
  player.process(played);

  const auto file = lodestone::write_model(model).value();
  const lodestone::Model reread = lodestone::read_model(file).value();
  lodestone::PhaseConfig phase;
  const bool known = lodestone::phase_preset("fast", phase);
  const auto generated = lodestone::generate(reread, {}, phase, 0.5).value();

  std::printf("rms played %.3f, generated %.3f\n", rms(played), rms(generated));
  return known && refuses_a_hop_of_zero() && rms(played) > 1e-3 && rms(generated) > 1e-3 ? 0 : 1;
}
