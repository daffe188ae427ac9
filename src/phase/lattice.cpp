#include "phase/lattice.hpp"

#include <numbers>

#include "phase/blocks.hpp"

namespace lodestone {

void Lattice::prepare(const StftConfig& stft, const Shape& shape, std::uint64_t frames, int pad, FirstError& error) {
  bins_ = stft.bins();
  shape_ = shape;
  chunks_ = (bins_ + shape.chunk - 1) / shape.chunk;
  pad_ = pad;
  slots_ = static_cast<std::int64_t>(frames);
  // The last chunk may look `range` beyond its end.
  constexpr int line = 16;
  margin_ = (shape.range + line - 1) / line * line;
  stride_ = static_cast<std::size_t>((margin_ + chunks_ * shape.chunk + shape.range + line - 1) / line * line);
  // The product of frames and row is at most 2^52: an array of frames exists already.
  rotation_.prepare(stft, shape.twice_centre, error);
  const auto padded = static_cast<std::uint64_t>(chunks_) * shape.chunk;
  if (rotation_.turns()) take_block(turn_, 2 * padded, error);
  take_block(parts_, frames * row_size(), error);
  take_block(magnitudes_, frames * padded, error);
  take_block(peaks_, frames * static_cast<std::uint64_t>(chunks_ + 1), error);
  take_block(scratch_, static_cast<std::uint64_t>(bins_), error);
  if (error || !has_copies()) return;
  for (std::uint32_t n = 0; n < padded; ++n) {
    const auto turn = rotation_.turn(n);
    turn_[n] = static_cast<float>(turn.real() * std::numbers::sqrt2 / 2);
    turn_[static_cast<std::size_t>(padded) + n] = static_cast<float>(turn.imag() * std::numbers::sqrt2 / 2);
  }
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
  to.im[0] = 0;
  (rotation_.reflection() > 0 ? to.im : to.re)[bins_ - 1] = 0;
  mirror(to);
  if (!has_copies()) return;
  const LatticeRow copy{to.re + 2 * imaginary(), to.im + 2 * imaginary()};
  for (int n = 0; n < bins_; ++n) {
    copy.re[n] = turn_re()[n] * to.re[n] - turn_im()[n] * to.im[n];
    copy.im[n] = turn_re()[n] * to.im[n] + turn_im()[n] * to.re[n];
  }
  mirror(copy);
}

void Lattice::mirror(LatticeRow row) const {
  const int nyquist = bins_ - 1;
  const float reflection = rotation_.reflection();
  for (int k = 1; k <= shape_.range; ++k) {
    row.re[-k] = row.re[k];
    row.im[-k] = -row.im[k];
    row.re[nyquist + k] = reflection * row.re[nyquist - k];
    row.im[nyquist + k] = -reflection * row.im[nyquist - k];
  }
}

void Lattice::get(std::int64_t frame, std::span<std::complex<float>> spectrum) {
  const LatticeRow from = row(frame);
  rotation_.restore(from.re, from.im, rotation_.position(frame), kGain, bins_, spectrum.data());
}

}  // namespace lodestone
