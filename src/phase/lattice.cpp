#include "phase/lattice.hpp"

#include "phase/blocks.hpp"

namespace lodestone {

void Lattice::prepare(const StftConfig& stft, int range, std::uint64_t frames, int pad, FirstError& error) {
  bins_ = stft.bins();
  blocks_ = (bins_ + kBlock - 1) / kBlock;
  range_ = range;
  pad_ = pad;
  slots_ = static_cast<std::int64_t>(frames);
  // Vectors begin at multiples of the block; the last one may look `range` beyond the last block.
  constexpr int line = 16;
  margin_ = (range + line - 1) / line * line;
  stride_ = static_cast<std::size_t>((margin_ + blocks_ * kBlock + range + line - 1) / line * line);
  // The product of frames and row is at most 2^52: an array of frames exists already.
  take_block(parts_, frames * 2 * stride_, error);
  take_block(magnitudes_, frames * static_cast<std::uint64_t>(bins_), error);
  take_block(peaks_, frames * static_cast<std::uint64_t>(blocks_), error);
  take_block(scratch_, static_cast<std::uint64_t>(bins_), error);
  rotation_.prepare(stft, error);
}

void Lattice::keep(std::int64_t frame, std::span<const float> values) {
  float* kept = magnitudes(frame);
  float* highest = peaks(frame);
  std::copy(values.begin(), values.end(), kept);
  for (int b = 0; b < blocks_; ++b) {
    highest[b] = *std::max_element(kept + b * kBlock, kept + std::min((b + 1) * kBlock, bins_));
  }
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
  to.im[bins_ - 1] = 0;
  mirror(to, bins_, range_);
}

void Lattice::get(std::int64_t frame, std::span<std::complex<float>> spectrum) {
  const LatticeRow from = row(frame);
  rotation_.restore(from.re, from.im, rotation_.position(frame), kGain, bins_, spectrum.data());
}

void mirror(LatticeRow row, int bins, int range) {
  const int nyquist = bins - 1;
  for (int k = 1; k <= range; ++k) {
    row.re[-k] = row.re[k];
    row.im[-k] = -row.im[k];
    row.re[nyquist + k] = row.re[nyquist - k];
    row.im[nyquist + k] = -row.im[nyquist - k];
  }
}

}  // namespace lodestone
