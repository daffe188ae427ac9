#include "magnet/synthesis.hpp"

#include <algorithm>
#include <utility>

#include "phase/blocks.hpp"

namespace lodestone {
namespace {

// A stream never plays the ends of a sound, so it does not need framing `none`, whose ends lack overlap and therefore
// need double precision. Framing `lws` is kept because it determines the level of a square-root Hann window.
StftConfig framed_for_streams(StftConfig stft) {
  if (stft.framing == Framing::none) stft.framing = Framing::centered;
  return stft;
}

// Costs in WebAssembly, in multiply-adds of a network with many windows in flight:
constexpr std::int64_t bin_cost = 300;    // to shape a bin and hand it to phase reconstruction
constexpr std::int64_t phase_unit = 3;    // a multiply-add of phase reconstruction
constexpr std::int64_t sample_cost = 70;  // a sample of the inverse FFT and overlap-add

}  // namespace

Result<std::unique_ptr<Synthesis>> Synthesis::create(Dreamer dreamer, const PhaseStreamConfig& config) {
  const StftConfig stft = framed_for_streams(dreamer.model().stft());
  auto phase = PhaseStream::create(stft, config);
  if (!phase) return phase.error();
  auto inverse = InverseStftStream::create(stft);
  if (!inverse) return inverse.error();
  std::unique_ptr<Synthesis> synthesis(new Synthesis(std::move(dreamer), std::move(*phase), std::move(*inverse)));
  FirstError error;
  synthesis->shaper_.prepare(stft, error);
  take_block(synthesis->silence_, static_cast<std::uint64_t>(stft.bins()), error);
  if (error) return *error;
  // As if preceded by silence: then all samples overlap fully.
  for (int covered = 0; covered < stft.window_length(); covered += stft.hop)
    synthesis->overlap_add(synthesis->silence_);
  return synthesis;
}

Synthesis::Synthesis(Dreamer dreamer, PhaseStream phase, InverseStftStream inverse)
    : dreamer_(std::move(dreamer)), phase_(std::move(phase)), inverse_(std::move(inverse)) {}

void Synthesis::begin(const PlayerControls& controls, float pitch, std::span<const float> drive) {
  controls_ = controls;
  pitch_ = pitch;
  dreamer_.begin(controls, drive);
  stage_ = Stage::dream;
}

bool Synthesis::step(Budget& budget) {
  while (stage_ != Stage::done) {
    if (stage_ == Stage::dream) {
      if (!dreamer_.step(budget)) return false;
      stage_ = Stage::shape;
    } else if (stage_ == Stage::shape) {
      phase_.begin(shaper_.process(dreamer_.frame(), pitch_, controls_));
      budget.spend(bin_cost * stft().bins());
      stage_ = Stage::phase;
    } else if (stage_ == Stage::phase) {
      Budget updates{budget.left / phase_unit};
      const std::int64_t before = updates.left;
      const bool final = phase_.step(updates);
      budget.spend((before - updates.left) * phase_unit);
      if (!final) return false;
      stage_ = Stage::overlap_add;
    } else {
      overlap_add(phase_.frame().empty() ? silence_ : phase_.frame());  // empty while the look-ahead fills
      budget.spend(sample_cost * stft().size);
      stage_ = Stage::done;
      return true;
    }
    if (budget.left <= 0) return false;
  }
  return true;
}

std::int64_t Synthesis::cost() const { return dreamer_.cost() + bin_cost * stft().bins() + sample_cost * stft().size; }

std::int64_t Synthesis::phase_cost() const { return phase_unit * phase_.cost(); }

void Synthesis::overlap_add(std::span<const std::complex<float>> frame) {
  const auto finished = inverse_.push(frame);
  const auto hop = static_cast<std::size_t>(stft().hop);
  samples_ = finished.last(std::min(hop, finished.size()));
}

}  // namespace lodestone
