#include "phase/lattice.hpp"

#include "phase/blocks.hpp"

namespace lodestone {

void Lattice::prepare(const StftConfig& stft, const Shape& shape, std::uint64_t frames, int pad, FirstError& error) {
  bins_ = stft.bins();
  shape_ = shape;
  chunks_ = (bins_ + shape.chunk - 1) / shape.chunk;
  pad_ = pad;
  slots_ = static_cast<std::int64_t>(frames);
  // The last chunk may read up to `range` bins past its end.
  constexpr int line = 16;
  margin_ = (shape.range + line - 1) / line * line;
  stride_ = static_cast<std::size_t>((margin_ + chunks_ * shape.chunk + shape.range + line - 1) / line * line);
  // frames · row cannot overflow (at most 2^52), because an array of the frames already exists.
  take_block(parts_, frames * 2 * stride_, error);
  take_block(magnitudes_, frames * static_cast<std::uint64_t>(chunks_) * shape.chunk, error);
  take_block(peaks_, frames * static_cast<std::uint64_t>(chunks_ + 1), error);
  take_block(scratch_, static_cast<std::uint64_t>(bins_), error);
  rotation_.prepare(stft, shape.twice_centre, error);
}

void Lattice::keep(std::int64_t frame, std::span<const float> values) {
  float* kept = magnitudes(frame);
  float* highest = peaks(frame);
  std::copy(values.begin(), values.end(), kept);
  for (int c = 0; c < chunks_; ++c) {
    highest[c] = *std::max_element(kept + c * shape_.chunk, kept + (c + 1) * shape_.chunk);
  }
  highest[chunks_] = *std::max_element(highest, highest + chunks_);
}

void Lattice::put(std::int64_t frame, std::span<const std::complex<float>> spectrum, std::span<const float> values) {
  keep(frame, values);
  std::copy(spectrum.begin(), spectrum.end(), scratch_.begin());
  import_frame(frame);
}

void Lattice::put(std::int64_t frame, std::span<const float> values) {
  keep(frame, values);
  for (int n = 0; n < bins_; ++n) scratch_[n] = {values[n], 0};
  import_frame(frame);
}

void Lattice::pad(std::int64_t copy, std::int64_t from) {
  get(from, scratch_);
  std::copy(magnitudes(from), magnitudes(from) + bins_, magnitudes(copy));
  import_frame(copy);
}

void Lattice::import_frame(std::int64_t frame) {
  const LatticeRow to = row(frame);
  const float* whole = magnitudes(frame);
  rotation_.rotate(scratch_.data(), rotation_.position(frame), kGain, bins_, to.re, to.im);
  for (int n = 0; n < bins_; ++n) {
    to.re[n] = without_dust(to.re[n], whole[n] * kGain);
    to.im[n] = without_dust(to.im[n], whole[n] * kGain);
  }
  const int nyquist = bins_ - 1;
  const float reflection = rotation_.reflection();
  to.im[0] = 0;
  (reflection > 0 ? to.im : to.re)[nyquist] = 0;
  for (int k = 1; k <= shape_.range; ++k) {
    to.re[-k] = to.re[k];
    to.im[-k] = -to.im[k];
    to.re[nyquist + k] = reflection * to.re[nyquist - k];
    to.im[nyquist + k] = -reflection * to.im[nyquist - k];
  }
}

void Lattice::get(std::int64_t frame, std::span<std::complex<float>> spectrum) {
  const LatticeRow from = row(frame);
  rotation_.restore(from.re, from.im, rotation_.position(frame), kGain, bins_, spectrum.data());
}

}  // namespace lodestone
