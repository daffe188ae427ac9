#pragma once

#include <span>

#include "lodestone/array.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// The magnitudes of the sound that drives a dream.
class Driver {
 public:
  static Result<Driver> create(const StftConfig& stft);

  /// Takes samples at the model's rate.
  void push(std::span<const float> samples);
  /// The magnitudes `[bins]` of the newest window, valid until the next call; empty if no sound has arrived since the
  /// last one.
  std::span<const float> frame();

 private:
  Driver(StftStream stream, Buffer<float> magnitudes);

  StftStream stream_;
  Buffer<float> magnitudes_;
  bool heard_ = false;
};

}  // namespace lodestone
