#pragma once

#include "lodestone/trainer.hpp"
#include "network/small_network.hpp"

namespace lodestone::test {

/// Noise frames of an FFT of 16 samples: 9 bins, a hop of 0.1 s.
inline Magnitudes small_sound(std::size_t frames, std::uint32_t seed = 1) {
  Magnitudes sound;
  sound.stft.size = 16;
  sound.stft.hop = 4;
  sound.stft.sample_rate = 40;
  sound.values = random_frames(frames, 9, seed);
  return sound;
}

inline TrainerConfig small_config() {
  TrainerConfig config;
  config.layers = {6, 5};
  config.sequence = 7;
  config.batch = 4;
  config.stretch = 2;
  return config;
}

inline std::vector<std::byte> state_of(const Trainer& trainer) {
  const auto state = trainer.state().value();
  return {state.begin(), state.end()};
}

}  // namespace lodestone::test
