#include "phase/projection.hpp"

#include "spectrum/framing.hpp"

namespace lodestone {

Result<Projection> Projection::create(const StftConfig& stft, std::uint64_t frames, std::uint64_t samples) {
  StftConfig config = stft;
  const Layout layout(stft);
  if (samples == 0 || stft.framing == Framing::lws) samples = layout.samples(frames);
  if (layout.frames(samples) != frames) {
    config.framing = Framing::none;
    samples = 0;
  }
  auto backward = InverseStftStream::create(config);
  if (!backward) return backward.error();
  auto forward = StftStream::create(config);
  if (!forward) return forward.error();
  return Projection(std::move(*backward), std::move(*forward), samples);
}

void Projection::reset() {
  backward_.reset();
  forward_.reset();
  number_ = 0;
}

}  // namespace lodestone
