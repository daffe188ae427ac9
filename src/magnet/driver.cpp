#include "magnet/driver.hpp"

#include <utility>

#include "spectrum/passes.hpp"

namespace lodestone {

Driver::Driver(StftStream stream, Buffer<float> magnitudes)
    : stream_(std::move(stream)), magnitudes_(std::move(magnitudes)) {
  // As if preceded by silence: then every hop gives a frame.
  for (const float silence = 0; !stream_.next();) stream_.push({&silence, 1});
}

Result<Driver> Driver::create(const StftConfig& stft) {
  auto stream = StftStream::create(stft);
  if (!stream) return stream.error();
  auto magnitudes = Buffer<float>::create(static_cast<std::uint64_t>(stft.bins()));
  if (!magnitudes) return magnitudes.error();
  return Driver(std::move(*stream), std::move(*magnitudes));
}

void Driver::push(std::span<const float> samples) {
  heard_ |= !samples.empty();
  while (!samples.empty()) {
    samples = samples.subspan(stream_.push(samples));
    stream_.next();
  }
}

std::span<const float> Driver::frame() {
  if (!std::exchange(heard_, false)) return {};
  take_magnitudes(stream_.frame(), magnitudes_.data());
  return magnitudes_;
}

}  // namespace lodestone
