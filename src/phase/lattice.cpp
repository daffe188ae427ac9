#include "phase/lattice.hpp"

#include <limits>

#include "errors/first_error.hpp"

namespace lodestone {

Result<Lattice> Lattice::create(const StftConfig& stft, int range, std::uint64_t frames, int pad) {
  Lattice lattice;
  lattice.bins_ = stft.bins();
  lattice.blocks_ = (stft.bins() + kBlock - 1) / kBlock;
  lattice.range_ = range;
  lattice.pad_ = pad;
  lattice.slots_ = static_cast<std::int64_t>(frames);
  // Vectors begin at multiples of the block; the last one may look `range` beyond the last block.
  constexpr int line = 16;
  lattice.margin_ = (range + line - 1) / line * line;
  lattice.stride_ =
      static_cast<std::size_t>((lattice.margin_ + lattice.blocks_ * kBlock + range + line - 1) / line * line);
  const auto floats = std::uint64_t{2} * lattice.stride_;
  if (frames > std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::out_of_memory, "out of memory: there are more than 2^32 frames"};
  }
  FirstError error;
  error.take(lattice.rotation_, Rotation::create(stft));
  error.take(lattice.parts_, Buffer<float>::create(frames * floats));
  error.take(lattice.magnitudes_, Buffer<float>::create(frames * lattice.bins_));
  error.take(lattice.peaks_, Buffer<float>::create(frames * lattice.blocks_));
  error.take(lattice.scratch_, Buffer<std::complex<float>>::create(lattice.bins_));
  if (error) return *error;
  return lattice;
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
