#pragma once

#include <complex>

#include "lodestone/stft.hpp"

namespace lodestone {

/// The nearest consistent spectrum, STFT(ISTFT(S)), frame by frame: the forward transform follows the inverse as soon
/// as samples are final. Once frame m comes out, the inverse no longer needs it, so it may be overwritten.
class Projection {
 public:
  /// For `frames` frames of a signal of `samples` samples (0: unknown). With framing `lws` the signal is zero-padded to
  /// a multiple of the hop, as in its authors' measurements. Signals too short for the framing are processed without
  /// padding.
  static Result<Projection> create(const StftConfig& stft, std::uint64_t frames, std::uint64_t samples);

  void reset();

  /// Takes the next frame; calls use(number, frame) for each frame that is finished.
  template <class Use>
  void push(std::span<const std::complex<float>> frame, Use use) {
    transform(backward_.push(frame), use);
  }

  /// After the last frame: calls `use` for the remaining ones. Call `reset` before the next signal.
  template <class Use>
  void finish(Use use) {
    transform(backward_.finish(samples_), use);
    forward_.finish();
    drain(use);
  }

 private:
  Projection(InverseStftStream backward, StftStream forward, std::uint64_t samples)
      : backward_(std::move(backward)), forward_(std::move(forward)), samples_(samples) {}

  template <class Use>
  void transform(std::span<const float> samples, Use& use) {
    while (!samples.empty()) {
      samples = samples.subspan(forward_.push(samples));
      drain(use);
    }
  }

  template <class Use>
  void drain(Use& use) {
    while (forward_.next()) use(number_++, forward_.frame());
  }

  InverseStftStream backward_;
  StftStream forward_;
  std::uint64_t samples_;
  std::size_t number_ = 0;
};

}  // namespace lodestone
