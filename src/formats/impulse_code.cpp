#include "formats/impulse_code.hpp"

#include <array>
#include <vector>

#include "errors/message.hpp"
#include "network/steps.hpp"
#include "network/tensor.hpp"

namespace lodestone {
namespace {

constexpr std::uint32_t number_of_ks = 8;

std::uint32_t zigzag(int difference) {
  return difference < 0 ? static_cast<std::uint32_t>(-2 * difference - 1) : static_cast<std::uint32_t>(2 * difference);
}

/// Counts bits or, given bytes, writes them.
struct BitWriter {
  std::byte* bytes = nullptr;
  std::uint64_t count = 0;

  void put(std::uint32_t value, std::uint32_t bits) {
    for (; bits-- > 0; ++count) {
      if (bytes) bytes[count / 8] |= static_cast<std::byte>((value >> bits & 1u) << (7 - count % 8));
    }
  }

  void put_rice(std::uint32_t value, std::uint32_t k) {
    for (std::uint32_t zeros = value >> k; zeros-- > 0;) put(0, 1);
    put(1, 1);
    put(value, k);
  }

  void put_series(std::span<const std::uint32_t> series, std::uint32_t k) {
    put(k, 3);
    for (const std::uint32_t value : series) put_rice(value, k);
  }
};

/// Past the end it reads zeros, and says so.
struct BitReader {
  ByteView bytes;
  std::uint64_t place = 0;

  bool ended() const { return place > 8 * std::uint64_t{bytes.size()}; }

  std::uint32_t take(std::uint32_t bits) {
    std::uint32_t value = 0;
    for (; bits-- > 0; ++place) {
      const std::uint64_t byte = place / 8;
      value =
          2 * value + (byte < bytes.size() ? std::to_integer<std::uint32_t>(bytes[byte]) >> (7 - place % 8) & 1u : 0);
    }
    return value;
  }

  std::uint32_t take_rice(std::uint32_t k) {
    std::uint32_t zeros = 0;
    while (take(1) == 0 && !ended()) ++zeros;
    return zeros << k | take(k);
  }
};

std::uint32_t best_k(std::span<const std::uint32_t> series) {
  std::uint32_t best = 0;
  std::uint64_t fewest = UINT64_MAX;
  for (std::uint32_t k = 0; k < number_of_ks; ++k) {
    std::uint64_t bits = 0;
    for (const std::uint32_t value : series) bits += (value >> k) + 1 + k;
    if (bits >= fewest) continue;
    fewest = bits;
    best = k;
  }
  return best;
}

bool whole_steps(const TensorView& impulses) {
  for (std::size_t i = 0; i < impulses.count(); ++i) {
    const float value = float_at(impulses, i);
    if (!(value <= largest_half_impulse) || magnitude_of_steps(steps_of(value)) != value) return false;
  }
  return true;
}

void write(const TensorView& impulses, BitWriter& to) {
  const auto frames = static_cast<std::size_t>(impulses.shape[0]), bins = static_cast<std::size_t>(impulses.shape[1]);
  std::vector<std::uint32_t> series(frames);
  to.put(static_cast<std::uint32_t>(frames), 32);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    int before = 0;
    for (std::size_t m = 0; m < frames; ++m) {
      const int steps = steps_of(float_at(impulses, m * bins + bin));
      series[m] = zigzag(steps - before);
      before = steps;
    }
    to.put_series(series, best_k(series));
  }
}

}  // namespace

Result<Bytes> encode_impulses(const TensorView& impulses) {
  if (!whole_steps(impulses)) return Bytes();
  BitWriter count;
  write(impulses, count);
  auto bytes = Bytes::create((count.count + 7) / 8);
  if (!bytes) return bytes;
  std::fill(bytes->begin(), bytes->end(), std::byte{0});
  BitWriter writer{bytes->data()};
  write(impulses, writer);
  return bytes;
}

Result<Array2<float>> decode_impulses(ByteView code, std::uint64_t bins) {
  BitReader reader{code};
  const std::uint64_t frames = reader.take(32);
  // A value has at least one bit.
  if (frames * bins > 8 * std::uint64_t{code.size()}) {
    return malformed("impulses.code has {} bytes, too few for {} frames of {} bins", code.size(), frames, bins);
  }
  auto impulses = Array2<float>::create(frames, bins);
  if (!impulses) return impulses;
  std::array<float, 256> magnitudes;
  for (std::size_t s = 0; s < magnitudes.size(); ++s) magnitudes[s] = magnitude_of_steps(static_cast<std::uint8_t>(s));
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::uint32_t k = reader.take(3);
    std::uint32_t steps = 0;  // modulo 2^32
    for (std::size_t m = 0; m < frames; ++m) {
      const std::uint32_t value = reader.take_rice(k);
      steps += value % 2 == 0 ? value / 2 : 0u - (value / 2 + 1);
      if (steps >= magnitudes.size() || reader.ended()) {
        return malformed("impulses.code ends early or leaves the range of steps in bin {}, frame {}", bin, m);
      }
      (*impulses)(m, bin) = magnitudes[steps];
    }
  }
  const std::uint64_t expected = (reader.place + 7) / 8;
  if (code.size() != expected) return malformed("impulses.code has {} bytes; expected {}", code.size(), expected);
  return impulses;
}

}  // namespace lodestone
