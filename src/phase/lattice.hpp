#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>

#include "lodestone/array.hpp"
#include "phase/rotation.hpp"

namespace lodestone {

/// The largest magnitude that phase reconstruction accepts; products of larger ones could overflow.
inline constexpr float kLargestMagnitude = 1e15f;
/// Smaller magnitudes count as 0.
inline constexpr float kSmallestMagnitude = 1e-20f;

/// A frame inside LWS: rotated, with separate real and imaginary parts, both pointing to DC and surrounded by mirrored
/// bins.
struct LatticeRow {
  float* re = nullptr;
  float* im = nullptr;
};

/// The frames that LWS works on, in a ring buffer: the newest ones of a stream, or all those of a whole signal.
///
/// Values are scaled by 2^60, so that no product of a weight and a value is subnormal.
class Lattice {
 public:
  static constexpr float kGain = 0x1p60f;

  /// What the kernel requires.
  struct Shape {
    int range = 0;         ///< mirrored bins on each side
    int chunk = 1;         ///< bins that are updated at a time
    int twice_centre = 0;  ///< see Rotation
  };

  /// Allocates `frames` frames, at most `pad` of which have negative numbers.
  void prepare(const StftConfig& stft, const Shape& shape, std::uint64_t frames, int pad, FirstError& error);

  int bins() const { return bins_; }
  int chunks() const { return chunks_; }
  const Rotation& rotation() const { return rotation_; }
  /// Offset from real to imaginary parts.
  std::ptrdiff_t imaginary() const { return static_cast<std::ptrdiff_t>(stride_); }

  LatticeRow row(std::int64_t frame) {
    float* re = parts_.data() + slot(frame) * 2 * stride_ + margin_;
    return {re, re + stride_};
  }
  /// Padded with zeros to the end of the last chunk.
  float* magnitudes(std::int64_t frame) { return magnitudes_.data() + slot(frame) * chunks_ * shape_.chunk; }
  /// The largest magnitude of each chunk, followed by that of the whole frame.
  float* peaks(std::int64_t frame) { return peaks_.data() + slot(frame) * (chunks_ + 1); }

  /// Stores a frame: `spectrum`, whose absolute values are `magnitudes`, both `[bins]`.
  void put(std::int64_t frame, std::span<const std::complex<float>> spectrum, std::span<const float> magnitudes);
  /// Stores `magnitudes` with zero phase.
  void put(std::int64_t frame, std::span<const float> magnitudes);
  /// Makes frame `copy`, outside of the signal, a read-only copy of frame `from`.
  void pad(std::int64_t copy, std::int64_t from);
  /// The frame without rotation and scaling, `[bins]`.
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

/// Sets a part to 0 if it is tiny compared to the magnitude, which keeps subnormals out of later products.
inline float without_dust(float part, float whole) {
  return (part < 0 ? -part : part) < whole * 0x1p-40f ? 0.0f : part;
}

}  // namespace lodestone
