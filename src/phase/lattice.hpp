#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>

#include "lodestone/array.hpp"
#include "phase/rotation.hpp"

namespace lodestone {

/// Largest magnitude that phase reconstruction takes; products of larger ones could overflow.
inline constexpr float kLargestMagnitude = 1e15f;
/// Smaller magnitudes count as 0.
inline constexpr float kSmallestMagnitude = 1e-20f;

/// A frame inside LWS: rotated, real and imaginary parts apart, pointers to DC. Mirror images lie on both sides.
struct LatticeRow {
  float* re = nullptr;
  float* im = nullptr;
};

/// The frames that LWS works on, as a ring: a stream keeps the newest, a whole signal all of them.
///
/// Values stand 2^60 higher than outside, so that no product of a weight and a value is subnormal.
class Lattice {
 public:
  static constexpr float kGain = 0x1p60f;

  /// What it needs to know of the kernel.
  struct Shape {
    int range = 0;         ///< mirrored bins on each side
    int chunk = 1;         ///< bins that are updated at a time
    int twice_centre = 0;  ///< see Rotation
  };

  /// Room for `frames` frames, of which those with negative numbers are at most `pad`.
  void prepare(const StftConfig& stft, const Shape& shape, std::uint64_t frames, int pad, FirstError& error);

  int bins() const { return bins_; }
  int chunks() const { return chunks_; }
  const Rotation& rotation() const { return rotation_; }
  /// From real to imaginary parts.
  std::ptrdiff_t imaginary() const { return static_cast<std::ptrdiff_t>(stride_); }

  LatticeRow row(std::int64_t frame) {
    float* re = parts_.data() + slot(frame) * 2 * stride_ + margin_;
    return {re, re + stride_};
  }
  /// Zeros behind the last bin, to the end of its chunk.
  float* magnitudes(std::int64_t frame) { return magnitudes_.data() + slot(frame) * chunks_ * shape_.chunk; }
  /// The largest magnitude of each chunk, and behind them that of the frame.
  float* peaks(std::int64_t frame) { return peaks_.data() + slot(frame) * (chunks_ + 1); }

  /// Puts a frame: `spectrum` with the sizes `magnitudes`, both `[bins]`.
  void put(std::int64_t frame, std::span<const std::complex<float>> spectrum, std::span<const float> magnitudes);
  /// Puts `magnitudes` with zero phase.
  void put(std::int64_t frame, std::span<const float> magnitudes);
  /// Makes frame `copy`, outside of the signal, a copy of frame `from`, to be looked at only.
  void pad(std::int64_t copy, std::int64_t from);
  /// The frame as it is outside, `[bins]`.
  void get(std::int64_t frame, std::span<std::complex<float>> spectrum);

 private:
  std::size_t slot(std::int64_t frame) const { return static_cast<std::size_t>((frame + pad_) % slots_); }
  void keep(std::int64_t frame, std::span<const float> magnitudes);
  void import_frame(std::int64_t frame);

  Rotation rotation_;
  Buffer<float> parts_;       ///< `[slot][re, im][stride]`
  Buffer<float> magnitudes_;  ///< `[slot][chunk][bin]`
  Buffer<float> peaks_;       ///< `[slot][chunks + 1]`
  Buffer<std::complex<float>> scratch_;
  std::size_t stride_ = 0;
  Shape shape_;
  int bins_ = 0, chunks_ = 0, margin_ = 0, pad_ = 0;
  std::int64_t slots_ = 1;
};

/// A part that is so much smaller than its whole counts as 0, which keeps subnormals out of later products.
inline float without_dust(float part, float whole) {
  return (part < 0 ? -part : part) < whole * 0x1p-40f ? 0.0f : part;
}

}  // namespace lodestone
