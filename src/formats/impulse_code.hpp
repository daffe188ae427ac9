#pragma once

#include "lodestone/formats.hpp"

namespace lodestone {

/// Impulses whose magnitudes are whole steps of loudness (network/steps.hpp), in about a quarter of the bytes of
/// float16. Each bin is a series over time, in which each frame is the difference from the frame before (0 before the
/// first). Differences 0, −1, 1, −2, … become whole numbers 0, 1, 2, 3, …, and these Rice codes: n >> k zeros, a one,
/// and the lowest k bits of n, the most significant first. The bytes, filled from the most significant bit on: the
/// number of frames (32 bits), then for each bin k (3 bits) and its codes; zeros fill the last byte.

/// Empty if a magnitude is not a whole number of steps.
Result<Bytes> encode_impulses(const TensorView& impulses);
/// `[frames, bins]`
Result<Array2<float>> decode_impulses(ByteView code, std::uint64_t bins);

}  // namespace lodestone
